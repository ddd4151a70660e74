"""Functions of an array and of a parameter, each bound to the formulas of its partial derivatives."""

import functools
from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jax.custom_derivatives import SymbolicZero
from jax.typing import ArrayLike

from bnact.activations.floating import floating, widened
from bnact.types import Array

Formula = Callable[[Array, Array], Array]
Spread = Callable[[Array, tuple[int, ...]], Array]


class Surface(NamedTuple):
    """A function of two numbers with its first and second partial derivatives.

    Each is a formula for two float32 or two float64 arrays of one shape, elementwise.

    Attributes:
      value: f(x, p).
      by_x: df/dx.
      by_parameter: df/dp.
      by_x_twice: d2f/dx2.
      by_both: d2f/dx dp.
      by_parameter_twice: d2f/dp2.
    """

    value: Formula
    by_x: Formula
    by_parameter: Formula
    by_x_twice: Formula
    by_both: Formula
    by_parameter_twice: Formula


def bound_to_partials(surface: Surface) -> Formula:
    """The surface's value; `jax.grad` of it is `by_x` or `by_parameter`, whose own are the second ones."""
    second = Surface(*(jax.jit(formula) for formula in surface))
    by_x = _bind(surface.by_x, second.by_x_twice, second.by_both)
    by_parameter = _bind(surface.by_parameter, second.by_both, second.by_parameter_twice)
    return _bind(surface.value, by_x, by_parameter)


def over_last_axis(
    name: str,
    argument: str,
    formula: Formula,
    x: ArrayLike,
    parameter: ArrayLike,
    spread: Spread = jnp.broadcast_to,
) -> Array:
    """A formula of x and of a parameter that each feature has for itself, or all features share.

    Args:
      name: the function that was called, for the errors.
      argument: what it calls its parameter.
      formula: for two arrays of one shape, both float32 or both float64.
      x: (..., features), real floating point.
      parameter: () or (features,), real floating point.
      spread: makes of the parameter an array of x's shape.

    Returns:
      Shape and dtype of `x`, computed in float32 or wider and rounded once.

    Raises:
      TypeError: `x` or the parameter is complex, integer or boolean.
      ValueError: the parameter has another shape.
    """
    inputs, weights = floating(name, x), floating(name, parameter, argument)
    if weights.shape not in ((), inputs.shape[-1:]):
        raise ValueError(
            f"{name}: {argument} must have shape () or (features,); got {weights.shape} for x of shape "
            f"{inputs.shape}; use shape {inputs.shape[-1:]}"
        )
    return _over_features(formula, spread, inputs, weights)


@functools.partial(jax.jit, static_argnums=(0, 1))
def _over_features(formula: Formula, spread: Spread, x: Array, parameter: Array) -> Array:
    wide, parameter = widened(x), widened(parameter)
    # A Python number takes on x's precision.
    dtypes = [wide.dtype] if parameter.weak_type else [wide.dtype, parameter.dtype]
    dtype = max(dtypes, key=lambda kind: kind.itemsize)
    return formula(wide.astype(dtype), spread(parameter.astype(dtype), x.shape)).astype(x.dtype)


def spread_by_product(parameter: Array, shape: tuple[int, ...]) -> Array:
    """The parameter in every row, as a product with a column of ones.

    Its transpose, which sums the gradients of all rows, is then a product too. As a sum, XLA on a CPU fuses
    it with the formula of the gradient into one loop over columns that is not vectorized: 44 ms where the
    formula takes 7 and the sum less than 1. (Of a formula with sines it makes something slower.)
    """
    if len(shape) < 2:
        return jnp.broadcast_to(parameter, shape)
    row = jnp.broadcast_to(parameter, shape[-1:])
    ones = jnp.ones((*shape[:-1], 1), row.dtype)
    return jnp.matmul(ones, row[jnp.newaxis], precision=lax.Precision.HIGHEST)


def _bind(formula: Formula, by_x: Formula, by_parameter: Formula) -> Formula:
    bound = jax.custom_jvp(jax.jit(formula))

    def rule(primals: tuple[Array, Array], tangents: tuple[Array, Array]) -> tuple[Array, Array]:
        total = jnp.zeros_like(primals[0])
        for partial, tangent in zip((by_x, by_parameter), tangents, strict=True):
            # Only what moves is added: an infinite slope times a tangent of 0 would be NaN.
            if not isinstance(tangent, SymbolicZero):
                total = total + partial(*primals) * tangent
        return bound(*primals), total

    bound.defjvp(rule, symbolic_zeros=True)
    return bound
