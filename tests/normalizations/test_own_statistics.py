"""bnact.normalizations.own_statistics: the rule where a factor of it, or a count, leaves its type."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations import get


@pytest.mark.parametrize("name", ["batch", "layer", "rms", "group", "instance"])
def test_a_tiny_spread_has_a_finite_gradient(name):
    norm = get(name)(epsilon=0.0) if name != "group" else get(name)(groups=2, epsilon=0.0)
    params, state = norm.init(8)
    plain = np.random.default_rng(0).normal(size=(4, 6, 8)).astype(np.float32)
    weights = np.random.default_rng(1).normal(size=plain.shape).astype(np.float32)

    gradient = jax.jit(jax.grad(lambda x: jnp.sum(weights * norm.apply(params, state, x)[0])))

    def gradient_at(scale):
        return scale * np.asarray(gradient(plain * np.float32(scale)))

    # Without an epsilon the norm does not see the scale, and its gradient goes with the inverse.
    np.testing.assert_allclose(gradient_at(2.0**-46), gradient_at(1.0), rtol=1e-3, atol=1e-4)


SIX = {"batch": ((6, 1, 300), (0, 1)), "layer": ((60, 6, 6), 2), "instance": ((60, 6, 6), 1)}


@pytest.mark.parametrize("name", SIX)
def test_the_gradient_of_six_values_at_any_mean(name):
    # Sixths of multiples of a spacing: means in the middle of two floats, which a contracted sum rounds up.
    shape, axes = SIX[name]
    norm, rng = get(name)(epsilon=0.1), np.random.default_rng(0)
    params, state = norm.init(shape[-1])
    weights = rng.normal(size=shape).astype(np.float32)

    @jax.jit
    def gradient(x):
        return jax.grad(lambda x: jnp.sum(weights * norm.apply(params, state, x)[0]))(x)

    for mean in (0.0, 1e3, 1e5, 1e7):
        x = rng.normal(mean, 1.0, size=shape).astype(np.float32)
        np.testing.assert_allclose(gradient(x), exact_gradient(x, weights, axes, 0.1), rtol=0, atol=1e-5)


def exact_gradient(x, weights, axes, epsilon):
    def mean(values):
        return np.mean(values, axes, keepdims=True)

    d = x.astype(np.float64) - mean(x.astype(np.float64))
    r = 1 / np.sqrt(mean(d**2) + epsilon)
    return r * (weights - mean(weights.astype(np.float64)) - d * r**2 * mean(d * weights))


def test_more_values_than_an_integer_counts():
    norm = get("batch")()
    params, state = norm.init(1)
    x = jax.ShapeDtypeStruct((2, 2**31 + 2, 1), jnp.float32)
    shape = jax.eval_shape(jax.grad(lambda x: norm.apply(params, state, x)[0].sum()), x)
    assert shape.shape == x.shape
