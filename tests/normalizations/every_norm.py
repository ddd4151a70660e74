"""The norms of the registry, and their results by functions that are compiled once for all tests."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations import NORMALIZATIONS, STANDARDIZATIONS, get, reduced_axes

FEATURES = 6
every_norm = pytest.mark.parametrize("name", list(NORMALIZATIONS))
every_dtype = pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])


def inputs(*leading, mean=0.0, seed=0):
    return mean + np.random.default_rng(seed).normal(size=(*leading, FEATURES))


def initialized(norm, seed=0):
    """Parameters and state that are not the trivial ones."""
    rng = np.random.default_rng(seed)
    params, state = norm.init(FEATURES)

    def drawn(leaf):
        return jnp.asarray(rng.uniform(0.5, 1.5, leaf.shape), leaf.dtype)

    return jax.tree.map(drawn, params), state


def reference(name, x, params, epsilon):
    """The norm in training in float64 numpy, from the papers' formulas."""
    x = np.asarray(x, np.float64)
    kind = STANDARDIZATIONS[name]
    if kind.axes == "none":
        return x
    axes = reduced_axes(kind, x.ndim)
    centred = x - x.mean(axes, keepdims=True) if kind.centered else x
    y = centred / np.sqrt((centred**2).mean(axes, keepdims=True) + epsilon)
    y = y if params.scale is None else y * np.asarray(params.scale, np.float64)
    return y if params.bias is None else y + np.asarray(params.bias, np.float64)


@functools.cache
def made(name, epsilon=1e-5):
    return get(name)() if name == "none" else get(name)(epsilon=epsilon)


@functools.partial(jax.jit, static_argnames=("norm", "train"))
def applied(norm, params, state, x, train=True, mask=None):
    return norm.apply(params, state, x, train=train, mask=mask)


def output(norm, params, state, x, mask=None):
    return applied(norm, params, state, x, mask=mask)[0]


@functools.partial(jax.jit, static_argnames=("apply", "train"))
def results_and_gradients(apply, params, state, x, mask, train=True):
    """((y, new state), gradients by parameters and input) of a loss that looks at what counts."""

    def loss(params, x):
        y, after = apply(params, state, x, train=train, mask=mask)
        return jnp.sum(jnp.where(mask, jnp.cos(y), 0)), (y, after)

    (_, aux), gradients = jax.value_and_grad(loss, argnums=(0, 1), has_aux=True)(params, x)
    return aux, gradients


def assert_trees_close(a, b, bound):
    def assert_close(a, b):
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=bound, atol=bound)

    jax.tree.map(assert_close, a, b)
