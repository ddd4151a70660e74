"""A function of one number as it would be if arithmetic had a hundred digits.

What is written down is followed exactly: a formula that cancels does not cancel here, and neither do the
derivatives that autodiff makes of it. So a plain formula is a reference for a careful one.
"""

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


def exact(fn: Callable[[Array], Array], points: np.ndarray, digits: int = DIGITS) -> np.ndarray:
    """fn at every point, each equation of it evaluated with many digits.

    Args:
      fn: from a scalar to a scalar, traceable by JAX; its constants are taken as float64.
      points: (points,) floating.
      digits: decimal digits of the arithmetic.

    Returns:
      (points,) `mpmath.mpf` objects.

    Raises:
      NotImplementedError: fn contains an operation that has no rule here.
    """
    with jax.enable_x64(True), mpmath.workdps(digits):
        arguments = _exactly(np.asarray(points))
        values = evaluated(fn, (np.float64(0.5),), _computed, arguments)
        return np.broadcast_to(_exactly(values), arguments.shape)


def _computed(equation: Equation, inputs: Sequence[Any]) -> Sequence[Any]:
    name, params = equation.primitive, equation.params
    values = [_exactly(value) for value in inputs]
    if name in _UNCHANGED:
        return values
    if name in _ELEMENTWISE:
        return [_ELEMENTWISE[name](*values)]
    if name in _COMPARISONS:
        return [np.asarray(_COMPARISONS[name](*values)).astype(bool)]
    if name == "integer_pow":
        return [_elementwise(lambda x: _power(x, params["y"]))(*values)]
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
    which, *cases = values
    chosen = np.asarray(which).astype(int)
    return np.choose(chosen, np.broadcast_arrays(*cases)) if chosen.ndim == 0 else _by_row(chosen, cases)


def _by_row(chosen: np.ndarray, cases: Sequence[np.ndarray]) -> np.ndarray:
    result = np.broadcast_to(cases[0], chosen.shape).copy()
    for number, case in enumerate(cases[1:], start=1):
        result = np.where(chosen == number, case, result)
    return result


def _converted(value: np.ndarray, dtype: np.dtype) -> np.ndarray:
    if dtype == np.bool_:
        return np.asarray(value != 0).astype(bool)
    if np.issubdtype(dtype, np.integer):
        return _elementwise(lambda x: mpmath.mpf(int(x)))(value)
    return _elementwise(mpmath.mpf)(value)


def _elementwise(fn: Callable[..., Any]) -> Callable[..., np.ndarray]:
    """A function of numbers over arrays; NaN where it is undefined or not real."""

    def real(*numbers: Any) -> Any:
        try:
            result = fn(*numbers)
        except (ValueError, ZeroDivisionError):
            return mpmath.nan
        return mpmath.nan if isinstance(result, mpmath.mpc) else result

    over = np.frompyfunc(real, fn.__code__.co_argcount if hasattr(fn, "__code__") else 1, 1)
    return lambda *arrays: np.asarray(over(*arrays), object)


_TO_MPF = np.frompyfunc(lambda number: mpmath.mpf(float(number)), 1, 1)


def _divided(x: Any, y: Any) -> Any:
    if y == 0:
        return mpmath.nan if x == 0 or mpmath.isnan(x) else mpmath.sign(x) * mpmath.inf
    return x / y


def _power(x: Any, y: Any) -> Any:
    return _divided(mpmath.mpf(1), x**-y) if y < 0 else x**y


def _clamped(low: Any, x: Any, high: Any) -> Any:
    return min(max(x, low), high)


def _larger(x: Any, y: Any) -> Any:
    return mpmath.nan if mpmath.isnan(x) or mpmath.isnan(y) else max(x, y)


def _smaller(x: Any, y: Any) -> Any:
    return -_larger(-x, -y)


def _binary(fn: Callable[[Any, Any], Any]) -> Callable[..., np.ndarray]:
    return _elementwise(lambda x, y: fn(x, y))


def _unary(fn: Callable[[Any], Any]) -> Callable[..., np.ndarray]:
    return _elementwise(lambda x: fn(x))


_UNCHANGED = frozenset(
    {"broadcast_in_dim", "copy", "copy_p", "optimization_barrier", "pvary", "reduce_precision", "reshape"}
)

_ELEMENTWISE: dict[str, Callable[..., np.ndarray]] = {
    "abs": _unary(abs),
    "acos": _unary(mpmath.acos),
    "acosh": _unary(mpmath.acosh),
    "add": _binary(operator.add),
    "add_any": _binary(operator.add),
    "and": _binary(operator.and_),
    "asin": _unary(mpmath.asin),
    "asinh": _unary(mpmath.asinh),
    "atan": _unary(mpmath.atan),
    "atan2": _binary(mpmath.atan2),
    "atanh": _unary(mpmath.atanh),
    "cbrt": _unary(lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x))),
    "ceil": _unary(mpmath.ceil),
    "clamp": _elementwise(_clamped),
    "cos": _unary(mpmath.cos),
    "cosh": _unary(mpmath.cosh),
    "div": _elementwise(_divided),
    "erf": _unary(mpmath.erf),
    "erf_inv": _unary(mpmath.erfinv),
    "erfc": _unary(mpmath.erfc),
    "exp": _unary(mpmath.exp),
    "exp2": _unary(lambda x: mpmath.mpf(2) ** x),
    "expm1": _unary(mpmath.expm1),
    "floor": _unary(mpmath.floor),
    "log": _unary(mpmath.log),
    "log1p": _unary(mpmath.log1p),
    "logistic": _unary(lambda x: 1 / (1 + mpmath.exp(-x))),
    "max": _elementwise(_larger),
    "min": _elementwise(_smaller),
    "mul": _binary(operator.mul),
    "neg": _unary(operator.neg),
    "not": _unary(operator.not_),
    "or": _binary(operator.or_),
    "pow": _elementwise(_power),
    "rsqrt": _unary(lambda x: _divided(mpmath.mpf(1), mpmath.sqrt(x))),
    "sign": _unary(mpmath.sign),
    "sin": _unary(mpmath.sin),
    "sinh": _unary(mpmath.sinh),
    "sqrt": _unary(mpmath.sqrt),
    "square": _unary(lambda x: x * x),
    "sub": _binary(operator.sub),
    "tan": _unary(mpmath.tan),
    "tanh": _unary(mpmath.tanh),
}

_COMPARISONS: dict[str, Callable[..., np.ndarray]] = {
    "eq": _binary(operator.eq),
    "ge": _binary(operator.ge),
    "gt": _binary(operator.gt),
    "is_finite": _unary(mpmath.isfinite),
    "le": _binary(operator.le),
    "lt": _binary(operator.lt),
    "ne": _binary(operator.ne),
}
