"""Scale norm and power norm: division by a size, without a mean."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations import power_norm, scale_norm
from tests.normalizations.every_norm import applied, results_and_gradients

X = np.random.default_rng(0).normal(1.0, 2.0, (8, 5)).astype(np.float32)


def test_scale_norm_gives_every_row_the_length_of_its_scale():
    norm = scale_norm()
    params, state = norm.init(5)
    assert params.scale.shape == ()
    assert params.bias is None
    y, _ = applied(norm, params, state, X)
    np.testing.assert_allclose(np.linalg.norm(y, axis=-1), np.sqrt(5), rtol=1e-6)


def test_the_length_may_be_the_sum_of_sizes():
    norm = scale_norm(p=1)
    y, _ = applied(norm, *norm.init(5), X)
    np.testing.assert_allclose(np.abs(y).sum(-1), np.sqrt(5), rtol=1e-6)
    with pytest.raises(ValueError, match="^scale_norm: p must be 1 or 2, .*; got p=3; use p=2$"):
        scale_norm(p=3)  # pyright: ignore[reportArgumentType]


def test_epsilon_is_the_least_length():
    norm = scale_norm(epsilon=10.0)
    params, state = norm.init(5)
    y, _ = applied(norm, params, state, X)
    lengths = np.linalg.norm(X, axis=-1, keepdims=True)
    np.testing.assert_allclose(y, X / np.maximum(lengths, 10.0) * np.sqrt(5), rtol=1e-6)


@pytest.mark.parametrize("p", [1, 2])
def test_a_row_of_zeros_stays_zero(p):
    norm = scale_norm(epsilon=0.0, p=p)
    params, state = norm.init(5)
    x = np.zeros((2, 5), np.float32)
    (y, _), (_, gradient) = results_and_gradients(norm.apply, params, state, x, np.ones_like(x, bool))
    np.testing.assert_array_equal(y, 0)
    np.testing.assert_array_equal(gradient, 0)


def test_power_norm_divides_by_the_running_square_after_its_warm_up():
    norm = power_norm(momentum=0.5, warmup=2)
    params, state = norm.init(5)
    squares = [1.0]
    for step, size in enumerate((1.0, 3.0, 2.0, 5.0)):
        x = (size * X).astype(np.float32)
        mean_square = (x.astype(np.float64) ** 2).mean(0)
        y, state = applied(norm, params, state, x)
        divisor = mean_square if step < 2 else squares[-1]
        np.testing.assert_allclose(y, x / np.sqrt(divisor + 1e-5), rtol=1e-5)
        squares.append(0.5 * squares[-1] + 0.5 * mean_square)
    np.testing.assert_allclose(state.mean_square, squares[-1], rtol=1e-6)


def test_after_the_warm_up_the_running_square_is_a_constant():
    norm = power_norm(warmup=0)
    params, state = norm.init(5)
    state = state._replace(mean_square=jnp.linspace(1.0, 2.0, 5))
    weights = np.random.default_rng(1).normal(size=X.shape).astype(np.float32)
    gradient = jax.jit(jax.grad(lambda x: jnp.sum(weights * norm.apply(params, state, x)[0])))(X)
    np.testing.assert_allclose(gradient, weights / np.sqrt(np.linspace(1, 2, 5) + 1e-5), rtol=1e-5)


@pytest.mark.parametrize("warmup", [-1, 2.0])
def test_the_warm_up_is_a_number_of_updates(warmup):
    with pytest.raises(ValueError, match=f"warmup must be a whole number of at least 0; got warmup={warmup}"):
        power_norm(warmup=warmup)
