"""Derivatives by finite differences in float64: the reference that knows nothing of autodiff."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from bnact.types import Array

FULL_JACOBIAN_LIMIT = 64

# Two central differences, with steps h and h/2, are combined so that the error is of order h^4. At 2^-10
# that is 1e-12 times the fifth derivative, and rounding, 2^-53 / h, is of the same size.
STEP = 2.0**-10

Function = Callable[[np.ndarray], ArrayLike]
Numbers = TypeVar("Numbers", np.ndarray, Array)


def directional_derivative(fn: Function, x: ArrayLike, direction: ArrayLike) -> np.ndarray:
    """Derivative of `fn` at `x` along `direction`: d/dt fn(x + t direction) at t = 0.

    Central differences with one step of Richardson extrapolation, (4 D(h/2) - D(h)) / 3. Its error is
    near 1e-12 for a function whose derivatives are of order one, provided `fn` computes in float64 and is
    smooth within 1e-3 |direction| of `x`.

    Args:
      fn: from an array shaped like `x` to an array; must compute in float64.
      x: where, any shape.
      direction: shaped like `x`; the derivative is linear in it, and the step is 1e-3 times its length
        per element, so keep its elements of order one.

    Returns:
      A float64 array shaped like fn(x).

    Raises:
      ValueError: `direction` is not shaped like `x`.
    """
    point, along = np.asarray(x, np.float64), np.asarray(direction, np.float64)
    if point.shape != along.shape:
        raise ValueError(
            f"directional_derivative: direction must be shaped like x; got {along.shape} for {point.shape}; "
            "pass one number for every element of x"
        )
    coarse = _central_difference(fn, point, along, STEP)
    fine = _central_difference(fn, point, along, STEP / 2)
    return extrapolated(coarse, fine)


def extrapolated(coarse: Numbers, fine: Numbers) -> Numbers:
    """(4 D(h/2) - D(h)) / 3: Richardson's, free of the error of order h^2.

    Args:
      coarse: central differences with the step h, of numpy or of JAX.
      fine: those with the step h/2.
    """
    return (4.0 * fine - coarse) / 3.0


def jacobian(fn: Function, x: ArrayLike) -> np.ndarray:
    """Full Jacobian of `fn` at `x` by finite differences: J[..., i] = d fn(x)[...] / d x[i].

    Args:
      fn: from an array shaped like `x` to an array; must compute in float64.
      x: where, any shape, at most 64 elements.

    Returns:
      A float64 array of shape fn(x).shape + x.shape, as `jax.jacobian` returns it.

    Raises:
      ValueError: `x` has more than 64 elements, where a few directional derivatives tell as much.
    """
    point = np.asarray(x, np.float64)
    if point.size > FULL_JACOBIAN_LIMIT:
        raise ValueError(
            f"jacobian: x must have at most {FULL_JACOBIAN_LIMIT} elements; got {point.size}; "
            "use directional_derivative with a few random directions"
        )
    units = np.eye(point.size).reshape(point.size, *point.shape)
    columns = [directional_derivative(fn, point, unit) for unit in units]
    if not columns:
        return np.zeros(_evaluate(fn, point).shape + point.shape)
    stacked = np.stack(columns, axis=-1)
    return stacked.reshape(stacked.shape[:-1] + point.shape)


def _central_difference(fn: Function, point: np.ndarray, along: np.ndarray, step: float) -> np.ndarray:
    ahead, behind = _evaluate(fn, point + step * along), _evaluate(fn, point - step * along)
    return (ahead - behind) / (2.0 * step)


def _evaluate(fn: Function, point: np.ndarray) -> np.ndarray:
    value = np.asarray(fn(point))
    if value.dtype != np.float64:
        raise TypeError(
            f"finite differences: fn must compute in float64; got {value.dtype}; "
            "wrap the call in jax.enable_x64(True)"
        )
    return value
