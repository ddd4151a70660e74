"""Layer and RMS norm against flax."""

import functools

import jax
import numpy as np
import pytest
from flax import nnx

from bnact.normalizations import layer_norm, rms_norm
from tests.normalizations.every_norm import applied, results_and_gradients

PEERS = {
    "layer": (layer_norm(), lambda: nnx.LayerNorm(5, use_fast_variance=False, rngs=nnx.Rngs(0))),
    "rms": (rms_norm(), lambda: nnx.RMSNorm(5, rngs=nnx.Rngs(0))),
}


@pytest.mark.parametrize("name", list(PEERS))
def test_as_flax_where_flax_is_right(name):
    norm, build = PEERS[name]
    rng = np.random.default_rng(0)
    params, state = norm.init(5)
    params = jax.tree.map(lambda leaf: rng.uniform(0.5, 1.5, leaf.shape).astype(leaf.dtype), params)
    x, cotangent = (
        [rng.normal(size=shape).astype(np.float32) for shape in ((5,), (16, 5), (4, 3, 5))] for _ in range(2)
    )

    def peer(params, x):
        module = build()
        module.scale = nnx.Param(params.scale)
        if params.bias is not None:
            module.bias = nnx.Param(params.bias)
        return module(x)

    @functools.partial(jax.jit, static_argnums=0)
    def results(fn, params, x):
        y, backward = jax.vjp(lambda params, x: [fn(params, each) for each in x], params, x)
        return y, backward(cotangent)

    ours = results(lambda params, x: norm.apply(params, state, x)[0], params, x)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-5), ours, results(peer, params, x))


@pytest.mark.parametrize("name", list(PEERS))
def test_training_and_devices_make_no_difference(name):
    norm, _ = PEERS[name]
    x = np.random.default_rng(0).normal(size=(4, 3, 5)).astype(np.float32)
    params, state = norm.init(5)

    def member(x):
        return norm.apply(params, state, x, axis_name="devices")[0]

    expected = applied(norm, params, state, x)[0]
    np.testing.assert_array_equal(applied(norm, params, state, x, train=False)[0], expected)
    mapped = jax.jit(jax.vmap(member, axis_name="devices"))(x)
    np.testing.assert_allclose(mapped, expected, atol=1e-6)


def test_parameters_are_optional():
    assert layer_norm(use_scale=False, use_bias=False).init(3)[0] == (None, None)
    assert rms_norm().init(3)[0].bias is None
    assert rms_norm(use_scale=False).init(3)[0] == (None, None)


def test_rms_norm_of_a_zero_row_with_epsilon_zero():
    norm = rms_norm(epsilon=0.0)
    params, state = norm.init(3)
    x = np.zeros((2, 3), np.float32)
    (y, _), (_, gradient) = results_and_gradients(norm.apply, params, state, x, np.ones_like(x, bool))
    np.testing.assert_array_equal(y, 0)
    np.testing.assert_array_equal(gradient, 0)
