"""The norms of weights, each from the paper's formula in float64 numpy, and results compiled once."""

import functools
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations.weights import WEIGHT_NORMALIZATIONS, get

every_weight_norm = pytest.mark.parametrize("name", list(WEIGHT_NORMALIZATIONS))
MATRIX, DTYPES = (5, 3), ("float16", "bfloat16", "float32", "float64")
SHAPES = (MATRIX, (2, 3, 4), (3, 3, 2, 4))
# By default every type of a matrix, and every shape in float32.
shapes_and_dtypes = pytest.mark.parametrize(
    "shape, dtype",
    [
        pytest.param(shape, dtype, marks=[pytest.mark.slow] * (shape != MATRIX and dtype != "float32"))
        for shape, dtype in itertools.product(SHAPES, DTYPES)
    ],
)
# The norms that do not depend on the size of an output's weights.
SIZELESS = ("weight", "spectral")
SETTINGS = {"standardization": {"epsilon": 1e-3}, "spectral": {"iterations": 400}}


@functools.cache
def made(name, exact=False):
    """The norm with settings that tests can tell; exact: with an epsilon of 0."""
    settings = SETTINGS.get(name, {})
    return get(name)(**({"epsilon": 0.0} if exact and "standardization" in name else settings))


def kernel_of(*shape, seed=0):
    return np.random.default_rng(seed).normal(0.3, 1.0, size=shape)


@functools.partial(jax.jit, static_argnums=0)
def first(norm, kernel, key):
    return norm.init(kernel, key)


def initialized(norm, kernel, seed=0):
    """Parameters that are not the trivial ones, and the first state."""
    params, state = first(norm, kernel, jax.random.key(seed))
    drawn = np.random.default_rng(seed).uniform(0.5, 1.5, kernel.shape[-1:])
    return jax.tree.map(lambda leaf: jnp.asarray(drawn, leaf.dtype), params), state


@functools.partial(jax.jit, static_argnames=("norm", "train"))
def applied(norm, params, state, kernel, train=True):
    return norm.apply(params, state, kernel, train=train)


def reference(name, kernel, scale):
    """The normalized kernel, from the formula."""
    wide = np.asarray(kernel, np.float64)
    matrix = wide.reshape(-1, wide.shape[-1])
    centred = matrix - matrix.mean(0)
    fan_in = len(matrix)
    result = {
        "weight": lambda: matrix / np.linalg.norm(matrix, axis=0) * scale,
        "spectral": lambda: matrix / np.linalg.svd(matrix, compute_uv=False)[0],
        "standardization": lambda: centred / np.sqrt(matrix.var(0) + 1e-3),
        "scaled_standardization": lambda: centred / np.sqrt(np.maximum(matrix.var(0) * fan_in, 1e-4)) * scale,
    }[name]()
    return result.reshape(wide.shape)
