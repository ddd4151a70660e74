"""A function of one number as it would be if arithmetic had a hundred digits.

What is written down is followed exactly: a formula that cancels does not cancel here, and neither do the
derivatives that autodiff makes of it. So a plain formula is a reference for a careful one.

Numbers have no bounds, zero has no sign, and NaN stands for what is undefined or not real.
"""

import functools
import operator
from collections.abc import Callable, Sequence
from typing import Any

import jax
import mpmath
import numpy as np

from bnact.types import Array

from .interpreter import Equation, evaluated

DIGITS = 100
"""Enough for a difference of nearly equal numbers down to the smallest float32, with 60 digits left."""


def exact(fn: Callable[[Array], Any], points: np.ndarray, digits: int = DIGITS) -> Any:
    """fn at every point, each equation of it evaluated with many digits.

    Args:
      fn: from a scalar to a scalar or a tree of them, traceable by JAX; its constants are taken as float64.
      points: (points,) floating.
      digits: decimal digits of the arithmetic.

    Returns:
      (points,) `mpmath.mpf` objects, or fn's tree of such arrays; truth values stay what they are.

    Raises:
      NotImplementedError: fn contains an operation that has no rule here.
      ValueError: fn does not return scalars.
    """
    # numpy would warn of every NaN that mpmath makes.
    with jax.enable_x64(True), mpmath.workdps(digits), np.errstate(all="ignore"):
        arguments = _exactly(np.asarray(points))
        values = evaluated(_of_a_scalar(fn), (np.float64(0.5),), _computed, arguments, whole=_is_whole)
        return jax.tree.map(lambda value: np.broadcast_to(_exactly(value), arguments.shape), values)


def _of_a_scalar(fn: Callable[[Array], Any]) -> Callable[[Array], Any]:
    def checked(x: Array) -> Any:
        y = fn(x)
        if any(shapes := [np.shape(leaf) for leaf in jax.tree.leaves(y)]):
            raise ValueError(
                f"exact: fn must make a scalar of a scalar; got shapes {shapes}; use an elementwise function"
            )
        return y

    return checked


def _is_whole(call: Equation) -> bool:
    # What the newest JAX has for the derivative of erf: followed, it would be an approximation.
    return call.primitive == "custom_jvp_call" and call.name == "exp_neg_sq"


def _computed(equation: Equation, inputs: Sequence[Any]) -> Sequence[Any]:
    name, params = equation.name, equation.params
    values = [_exactly(value) for value in inputs]
    if name in _UNCHANGED:
        return values
    if name in _LOGICAL and equation.dtypes == (np.bool_,):
        return [_LOGICAL[name](*values)]
    if name in _ELEMENTWISE:
        return [_ELEMENTWISE[name](*values)]
    if name in _COMPARISONS:
        return [_COMPARISONS[name](*values).astype(bool)]
    if name == "integer_pow":
        return [_elementwise(lambda x: _power(x, params["y"]))(*values)]
    if name == "round":
        return [_elementwise(_ROUNDINGS[int(params["rounding_method"])])(*values)]
    if name == "select_n":
        return [_selected(values)]
    if name == "convert_element_type":
        return [_converted(values[0], np.dtype(params["new_dtype"]))]
    raise NotImplementedError(
        f"exact: every operation must have a rule in many digits; got {name!r}; write the function with "
        "elementwise operations, or name another function as its reference"
    )


def _exactly(value: Any) -> np.ndarray:
    """Numbers as `mpf` objects; truth values as they are."""
    array = np.asarray(value)
    if array.dtype in (np.bool_, np.object_):
        return array
    return np.asarray(_TO_MPF(array.astype(np.float64)), object)


def _selected(values: Sequence[np.ndarray]) -> np.ndarray:
    which, *cases = np.broadcast_arrays(*values)
    result = cases[0]
    for number in range(1, len(cases)):
        result = np.where(which.astype(int) == number, cases[number], result)
    return np.asarray(result)


def _converted(value: np.ndarray, dtype: np.dtype) -> np.ndarray:
    if dtype == np.bool_:
        return np.asarray(value != 0).astype(bool)
    if np.issubdtype(dtype, np.integer):
        return _elementwise(lambda x: mpmath.mpf(int(x)))(value)
    return _elementwise(mpmath.mpf)(value)


def _elementwise(fn: Callable[..., Any], arguments: int = 1) -> Callable[..., np.ndarray]:
    """A function of so many numbers over arrays; NaN where it is undefined or not real."""

    def real(*numbers: Any) -> Any:
        try:
            result = fn(*numbers)
        except (ValueError, ZeroDivisionError):
            return mpmath.nan
        except OverflowError:
            # An argument with more digits than fit into memory counts as infinite.
            bounded = [mpmath.sign(x) * mpmath.inf if abs(x) > _HUGE else x for x in numbers]
            return mpmath.nan if bounded == [*numbers] else real(*bounded)
        return mpmath.nan if isinstance(result, mpmath.mpc) else result

    over = np.frompyfunc(real, arguments, 1)
    return lambda *arrays: np.asarray(over(*arrays), object)


_HUGE = mpmath.mpf(10) ** 1000
_TO_MPF = np.frompyfunc(lambda number: mpmath.mpf(float(number)), 1, 1)


def _divided(x: Any, y: Any) -> Any:
    if y == 0:
        return mpmath.nan if x == 0 or mpmath.isnan(x) else mpmath.sign(x) * mpmath.inf
    return x / y


def _power(x: Any, y: Any) -> Any:
    return _divided(1, x**-y) if y < 0 else x**y


def _clamped(low: Any, x: Any, high: Any) -> Any:
    return _smaller(_larger(x, low), high)


def _larger(x: Any, y: Any) -> Any:
    return mpmath.nan if mpmath.isnan(x) or mpmath.isnan(y) else max(x, y)


def _smaller(x: Any, y: Any) -> Any:
    return -_larger(-x, -y)


def _remainder(x: Any, y: Any) -> Any:
    """Of the quotient rounded towards zero: it has the sign of x."""
    if not mpmath.isfinite(x) or mpmath.isnan(y):
        return mpmath.nan
    return x if mpmath.isinf(y) else mpmath.sign(x) * mpmath.fmod(abs(x), abs(y))


# By the number JAX gives a way of rounding halves: away from zero, to even.
_ROUNDINGS = (lambda x: mpmath.sign(x) * mpmath.floor(abs(x) + mpmath.mpf(0.5)), mpmath.nint)


def _tanh(x: Any) -> Any:
    # 1 to 800 digits; mpmath would write out an x like exp(1e30) bit by bit.
    return mpmath.sign(x) if abs(x) > 1000 else mpmath.tanh(x)


_UNCHANGED = frozenset(
    {
        "broadcast_in_dim",
        "copy",
        "name",
        "optimization_barrier",
        "pvary",
        "reduce_precision",
        "reshape",
        "squeeze",
        "stop_gradient",
    }
)

_ELEMENTWISE: dict[str, Callable[..., np.ndarray]] = {
    "abs": _elementwise(abs),
    "acos": _elementwise(mpmath.acos),
    "acosh": _elementwise(mpmath.acosh),
    "add": _elementwise(operator.add, 2),
    "add_any": _elementwise(operator.add, 2),
    "asin": _elementwise(mpmath.asin),
    "asinh": _elementwise(mpmath.asinh),
    "atan": _elementwise(mpmath.atan),
    "atan2": _elementwise(mpmath.atan2, 2),
    "atanh": _elementwise(mpmath.atanh),
    "cbrt": _elementwise(lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x))),
    "ceil": _elementwise(mpmath.ceil),
    "clamp": _elementwise(_clamped, 3),
    "cos": _elementwise(mpmath.cos),
    "cosh": _elementwise(mpmath.cosh),
    "digamma": _elementwise(mpmath.digamma),
    "div": _elementwise(_divided, 2),
    "erf": _elementwise(mpmath.erf),
    "erf_inv": _elementwise(mpmath.erfinv),
    "erfc": _elementwise(mpmath.erfc),
    "exp": _elementwise(mpmath.exp),
    "exp2": _elementwise(lambda x: mpmath.mpf(2) ** x),
    "exp_neg_sq": _elementwise(lambda x: mpmath.exp(-x * x)),
    "expm1": _elementwise(mpmath.expm1),
    "floor": _elementwise(mpmath.floor),
    "lgamma": _elementwise(lambda x: mpmath.re(mpmath.loggamma(x))),
    "log": _elementwise(mpmath.log),
    "log1p": _elementwise(mpmath.log1p),
    "log2": _elementwise(lambda x: mpmath.log(x) / mpmath.log(2)),
    "logistic": _elementwise(lambda x: 1 / (1 + mpmath.exp(-x))),
    "max": _elementwise(_larger, 2),
    "min": _elementwise(_smaller, 2),
    "mul": _elementwise(operator.mul, 2),
    "neg": _elementwise(operator.neg),
    "one_minus_square": _elementwise(lambda x: 1 - x * x),
    # The coefficient of the lowest power comes first.
    "polynomial": lambda x, *factors: functools.reduce(lambda y, a: y * x + a, reversed(factors)),
    "pow": _elementwise(_power, 2),
    "rem": _elementwise(_remainder, 2),
    "rsqrt": _elementwise(lambda x: _divided(mpmath.mpf(1), mpmath.sqrt(x))),
    "sign": _elementwise(mpmath.sign),
    "sin": _elementwise(mpmath.sin),
    "sinh": _elementwise(mpmath.sinh),
    "sqrt": _elementwise(mpmath.sqrt),
    "square": _elementwise(lambda x: x * x),
    "sub": _elementwise(operator.sub, 2),
    "tan": _elementwise(mpmath.tan),
    "tanh": _elementwise(_tanh),
}

_COMPARISONS: dict[str, Callable[..., np.ndarray]] = {
    "eq": _elementwise(operator.eq, 2),
    "ge": _elementwise(operator.ge, 2),
    "gt": _elementwise(operator.gt, 2),
    "is_finite": _elementwise(mpmath.isfinite),
    "le": _elementwise(operator.le, 2),
    "lt": _elementwise(operator.lt, 2),
    "ne": _elementwise(operator.ne, 2),
}

# Of truth values; of whole numbers they would be bitwise.
_LOGICAL = {"and": np.logical_and, "not": np.logical_not, "or": np.logical_or, "xor": np.logical_xor}
