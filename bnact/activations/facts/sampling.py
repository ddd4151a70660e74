"""A curve at many points in one call, compiled once a dtype: what facts are measured and verified with."""

import functools

import jax
import numpy as np

from bnact.activations.rule import Curve, Function

SIZE = 2**16
"""Points of every compiled call: all there are of a half precision, and room for the finest grid."""


def sampled(curve: Curve, x: np.ndarray) -> tuple[np.ndarray, ...]:
    """Value, derivative and second derivative at the points, in their dtype, float64 too.

    Args:
      curve: the function and its derivatives.
      x: (points,) floating.

    Returns:
      Three arrays of x's shape and dtype.
    """
    parts = [_padded_call(_orders, curve, part) for part in _parts(x)]
    return tuple(np.concatenate(order) for order in zip(*parts, strict=True))


def sampled_function(fn: Function, x: np.ndarray) -> np.ndarray:
    """A function of one number at the points, (points,), in their dtype, float64 too."""
    return np.concatenate([_padded_call(_alone, fn, part)[0] for part in _parts(x)])


def _parts(x: np.ndarray) -> list[np.ndarray]:
    return np.split(x, range(SIZE, x.size, SIZE))


def _padded_call(call: jax.stages.Wrapped, fn: Curve | Function, x: np.ndarray) -> tuple[np.ndarray, ...]:
    with jax.enable_x64(x.dtype == np.float64), jax.ensure_compile_time_eval():
        outputs = call(fn, np.concatenate([x, np.ones(SIZE - x.size, x.dtype)]))
        return tuple(np.asarray(output)[: x.size] for output in outputs)


@functools.partial(jax.jit, static_argnums=0)
def _orders(curve: Curve, x: jax.Array) -> tuple[jax.Array, ...]:
    return tuple(fn(x) for fn in curve)


@functools.partial(jax.jit, static_argnums=0)
def _alone(fn: Function, x: jax.Array) -> tuple[jax.Array]:
    return (fn(x),)
