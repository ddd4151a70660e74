"""Numbers to take moments of, what they must come to, and moments compiled once for all tests."""

import functools

import jax
import jax.numpy as jnp
import numpy as np

from bnact.numerics import deviation, inverse_deviation, merge, moments

CONSTANTS = [
    *(12345.678, 7e7, 0.1, 1e-30, 3.4e34, 3.4e38, -3.4e38, 1 / 3, 1e7 + 1, 16777217.0, 65504.0),
    *(-0.7, 2e-38, 1e10, 3.14159, 99999.99, -1e-5, 123456789.0, 0.0, 1.0),
]
MEANS = [0.0, 1.0, -1e2, 1e4, 1e6, 1e7]


def normal(shape, mean=0.0, seed=0):
    return (mean + np.random.default_rng(seed).normal(size=shape)).astype(np.float32)


def true_mean(statistics):
    return np.asarray(statistics.mean, np.float64) + np.asarray(statistics.correction, np.float64)


def assert_close_to_float64(statistics, x, axes, bound=1e-6):
    x = np.asarray(x, np.float64)
    spread = x.std(axes)
    np.testing.assert_array_less(np.abs(statistics.variance / x.var(axes) - 1), bound)
    np.testing.assert_array_less(np.abs(true_mean(statistics) - x.mean(axes)) / spread, bound)


@functools.partial(jax.jit, static_argnames=("axes", "centered"))
def moments_of(x, axes=0, mask=None, centered=True):
    return moments(x, axes, mask, centered=centered)


@functools.partial(jax.jit, static_argnames=("axes", "centered"))
def moments_and_deviation(x, axes=0, mask=None, centered=True):
    statistics = moments(x, axes, mask, centered=centered)
    return statistics, deviation(x, statistics, axes)


merged_pair = jax.jit(merge)


def standardized(x, mask=None, axis_name=None):
    statistics = moments(x, 0, mask, axis_name)
    z = deviation(x, statistics, 0) * jnp.expand_dims(inverse_deviation(statistics.variance, 1e-3), 0)
    return z if mask is None else jnp.where(mask, z, 0)
