"""Derivatives of the moments in both modes, and of second order."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.numerics import deviation, jacobian, moments, tolerance
from tests.numerics.samples import standardized


def mean_only(x, mask=None):
    return moments(x, 0, mask).mean


def squares_about_zero(x, mask=None):
    return moments(x, 0, mask, centered=False).squares


def without_mean_gradient(x, mask=None):
    statistics = moments(x, 0, mask)
    statistics = statistics._replace(mean=jax.lax.stop_gradient(statistics.mean))
    return deviation(x, statistics, 0)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("fn", [standardized, mean_only, squares_about_zero])
def test_derivatives_forward_and_reverse(fn, masked):
    with jax.enable_x64(True):
        x = np.random.default_rng(0).normal(size=(6, 3)) + 3
        mask = np.arange(6)[:, None] % 3 > 0 if masked else None
        truth = jacobian(jax.jit(lambda x: fn(x, mask)), x)
        bound = tolerance(jnp.float64).gradient
        derivatives = jax.jit(lambda x: [mode(lambda x: fn(x, mask))(x) for mode in (jax.jacfwd, jax.jacrev)])
        for computed in derivatives(x):
            np.testing.assert_allclose(computed.reshape(truth.shape), truth, rtol=bound, atol=bound)


def test_second_derivatives():
    def exact(x):
        centred = x - jnp.mean(x, 0, keepdims=True)
        return jnp.sum(jnp.sin(centred * (jnp.mean(centred**2, 0, keepdims=True) + 1e-3) ** -0.5))

    with jax.enable_x64(True):
        x = np.random.default_rng(0).normal(size=(4, 2))
        computed = jax.jit(jax.hessian(lambda x: jnp.sum(jnp.sin(standardized(x)))))(x)
        np.testing.assert_allclose(computed, jax.jit(jax.hessian(exact))(x), rtol=1e-9, atol=1e-9)


def test_a_dropped_mean_gradient_is_caught():
    with jax.enable_x64(True):
        x = np.random.default_rng(0).normal(size=(6, 3))
        truth = jacobian(jax.jit(without_mean_gradient), x)
        wrong = np.reshape(jax.jit(jax.jacrev(without_mean_gradient))(x), truth.shape)
        assert np.max(np.abs(wrong - truth)) > 0.1
