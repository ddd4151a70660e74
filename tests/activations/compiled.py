"""Activations, each compiled once a dtype and at one size: it is compiling that takes the tests' time."""

import functools

import jax
import numpy as np

SIZE = 2**16
"""Points of every call: all there are of a half precision, and room for the finest grid."""


def orders(act, x):
    """Value, derivative and second derivative at the points x, (points,), in their dtype, float64 too."""
    return [np.asarray(y)[: x.size] for y in _in_own_precision(_orders, act.curve, x)]


def inverse(act, y):
    """The inverse at the points y, (points,), likewise."""
    return np.asarray(_in_own_precision(_inverse, act.inverse, y))[: y.size]


def _in_own_precision(fn, of, x):
    with jax.enable_x64(x.dtype == np.float64):
        return fn(of, np.concatenate([x, np.ones(SIZE - x.size, x.dtype)]))


@functools.partial(jax.jit, static_argnums=0)
def _orders(curve, x):
    return tuple(fn(x) for fn in curve)


@functools.partial(jax.jit, static_argnums=0)
def _inverse(inverse, y):
    return inverse(y)
