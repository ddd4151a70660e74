import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.invariants import scaled_gradient, scaled_loss, step_length
from bnact.normalizations import get

BOUND = 1e-10


@pytest.fixture(autouse=True)
def float64():
    with jax.enable_x64(True):
        yield


@functools.cache
def loss_and_weights(name, epsilon, shape):
    rng = np.random.default_rng(0)
    norm = get(name)(epsilon=epsilon)
    params, state = norm.init(shape[1])
    x = jnp.asarray(rng.normal(size=shape))
    target = jnp.asarray(rng.normal(size=shape))

    def loss(weights):
        return jnp.mean((jnp.tanh(norm.apply(params, state, x @ weights)[0]) - target) ** 2)

    return loss, jnp.asarray(rng.normal(size=(shape[1], shape[1])))


@functools.partial(jax.jit, static_argnums=0)
def residuals(loss, weights, factor):
    return (
        scaled_loss(loss, weights, factor),
        scaled_gradient(loss, weights, factor),
        step_length(loss, weights, factor),
    )


@pytest.mark.parametrize("name", ["batch", "layer", "rms"])
@pytest.mark.parametrize("factor", [0.3, 1.7, 10.0])
@pytest.mark.parametrize("shape", [(9, 4), (256, 64)])
def test_norms_with_epsilon_zero(name, factor, shape):
    loss, weights = loss_and_weights(name, 0.0, shape)
    for residual in residuals(loss, weights, factor):
        np.testing.assert_allclose(residual, 0, atol=BOUND)


@pytest.mark.parametrize("name", ["batch", "layer", "rms"])
def test_an_epsilon_is_noticed(name):
    loss, weights = loss_and_weights(name, 0.1, (9, 4))
    for residual in residuals(loss, weights, 1.7):
        assert np.max(np.abs(residual)) > 1e3 * BOUND


@pytest.mark.parametrize("change", [lambda g: 1.01 * g, lambda g: -g, lambda g: 0 * g, lambda g: g.T])
def test_a_gradient_wrong_at_one_size_is_caught(change):
    loss, weights = loss_and_weights("batch", 0.0, (9, 4))
    norm = jnp.linalg.norm(weights)

    @jax.custom_vjp
    def wrong(weights):
        return loss(weights)

    def backward(weights, cotangent):
        right = jax.grad(loss)(weights)
        return (cotangent * jnp.where(jnp.linalg.norm(weights) > 1.5 * norm, change(right), right),)

    wrong.defvjp(lambda weights: (loss(weights), weights), backward)
    assert (
        np.max(np.abs(jax.jit(lambda weights: scaled_gradient(wrong, weights, 2.0))(weights))) > 1e3 * BOUND
    )


def test_a_gradient_along_the_weights_is_caught():
    loss, weights = loss_and_weights("batch", 0.0, (9, 4))

    def drifting(weights):
        return loss(weights) + 1e-3 * jnp.sum(weights**2)

    assert abs(jax.jit(lambda weights: step_length(drifting, weights, 0.1))(weights)) > 1e3 * BOUND
