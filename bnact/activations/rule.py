"""Functions whose derivative is a formula rather than what autodiff makes of them."""

from collections.abc import Callable
from typing import NamedTuple

import jax
from jax.typing import ArrayLike

from bnact.types import Array

from .floating import floating, widened

Formula = Callable[[Array], Array]
Function = Callable[[ArrayLike], Array]


class Curve(NamedTuple):
    """A function of one number with its first two derivatives, elementwise over arrays.

    Attributes:
      value: the function.
      derivative: what `jax.grad` of `value` computes.
      second_derivative: what `jax.grad` of `derivative` computes.
    """

    value: Function
    derivative: Function
    second_derivative: Function


def curve(name: str, value: Formula, derivative: Formula, second_derivative: Formula) -> Curve:
    """A function bound to the formulas of its derivatives, in every dtype and transformation.

    Autodiff of a formula cancels where the formula does not: sigmoid (1 - sigmoid) is 0 at 17. So each
    formula carries the next one as its rule. float16 and bfloat16 are computed in float32 and rounded
    once, in the rule after the product with the tangent.

    Args:
      name: what errors call the function.
      value: formula for float32 and float64 arrays of any shape, elementwise.
      derivative: its derivative, likewise.
      second_derivative: its second derivative, likewise; the third is autodiff's.

    Returns:
      The three functions; each takes any floating array and returns its shape and dtype.
    """
    second = jax.jit(second_derivative)
    first = _bind(derivative, second)
    zeroth = _bind(value, first)
    return Curve(_checked(name, zeroth), _checked(name, first), _checked(name, rounded_once(second)))


def rounded_once(formula: Formula) -> Formula:
    """A formula for float32 and float64, extended to narrower dtypes by computing in float32."""

    def rounded(x: Array) -> Array:
        return formula(widened(x)).astype(x.dtype)

    return rounded


def function(name: str, formula: Formula) -> Function:
    """A formula as a function of any floating array: dtype checked, rounded once, autodiff's derivative."""
    return _checked(name, rounded_once(jax.jit(formula)))


def _bind(formula: Formula, derivative: Formula) -> Formula:
    bound = jax.custom_jvp(rounded_once(jax.jit(formula)))

    @bound.defjvp
    def _rule(primals: tuple[Array], tangents: tuple[Array]) -> tuple[Array, Array]:
        (x,), (tangent,) = primals, tangents
        slope = derivative(widened(x))
        return bound(x), (slope * widened(tangent)).astype(x.dtype)

    return bound


def _checked(name: str, fn: Formula) -> Function:
    def checked(x: ArrayLike) -> Array:
        return fn(floating(name, x))

    checked.__name__ = checked.__qualname__ = name
    return checked
