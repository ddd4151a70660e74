"""Layer and RMS norm against flax."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact.normalizations import layer_norm, rms_norm

PEERS = {
    "layer": (layer_norm(), lambda: nnx.LayerNorm(5, use_fast_variance=False, rngs=nnx.Rngs(0))),
    "rms": (rms_norm(), lambda: nnx.RMSNorm(5, rngs=nnx.Rngs(0))),
}


@pytest.mark.parametrize("name", list(PEERS))
@pytest.mark.parametrize("shape", [(5,), (16, 5), (4, 3, 5)])
def test_as_flax_where_flax_is_right(name, shape):
    norm, build = PEERS[name]
    rng = np.random.default_rng(0)
    params, state = norm.init(5)
    params = jax.tree.map(lambda leaf: jnp.asarray(rng.uniform(0.5, 1.5, leaf.shape), leaf.dtype), params)
    x, cotangent = (jnp.asarray(rng.normal(size=shape), jnp.float32) for _ in range(2))

    def peer(params, x):
        module = build()
        module.scale = nnx.Param(params.scale)
        if params.bias is not None:
            module.bias = nnx.Param(params.bias)
        return module(x)

    @functools.partial(jax.jit, static_argnums=0)
    def results(fn, params, x):
        y, backward = jax.vjp(fn, params, x)
        return y, backward(cotangent)

    ours = results(lambda params, x: norm.apply(params, state, x)[0], params, x)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-5), ours, results(peer, params, x))


@pytest.mark.parametrize("name", list(PEERS))
def test_training_and_devices_make_no_difference(name):
    norm, _ = PEERS[name]
    x = jnp.asarray(np.random.default_rng(0).normal(size=(4, 3, 5)), jnp.float32)
    params, state = norm.init(5)
    expected = norm.apply(params, state, x)[0]
    np.testing.assert_array_equal(norm.apply(params, state, x, train=False)[0], expected)
    mapped = jax.vmap(lambda x: norm.apply(params, state, x, axis_name="devices")[0], axis_name="devices")(x)
    np.testing.assert_allclose(mapped, expected, atol=1e-6)


def test_parameters_are_optional():
    assert layer_norm(use_scale=False, use_bias=False).init(3)[0] == (None, None)
    assert rms_norm().init(3)[0].bias is None
    assert rms_norm(use_scale=False).init(3)[0] == (None, None)


def test_rms_norm_of_a_zero_row_with_epsilon_zero():
    norm = rms_norm(epsilon=0.0)
    params, state = norm.init(3)
    y, backward = jax.vjp(lambda x: norm.apply(params, state, x)[0], jnp.zeros((2, 3)))
    np.testing.assert_array_equal(y, 0)
    np.testing.assert_array_equal(backward(jnp.ones_like(y))[0], 0)
