import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations import batch_norm, batch_renorm
from tests.normalizations.every_norm import applied, results_and_gradients

X = np.random.default_rng(0).normal(3.0, 2.0, (12, 3)).astype(np.float32)
EVERYTHING = np.ones((12, 3), bool)


def remembering(norm, mean, variance):
    params, state = norm.init(3)
    return params, state._replace(mean=jnp.full(3, mean), variance=jnp.full(3, variance))


def test_without_corrections_it_is_batch_norm():
    renorm, plain = batch_renorm(r_max=1.0, d_max=0.0), batch_norm()
    ours = results_and_gradients(renorm.apply, *renorm.init(3), X, EVERYTHING)
    expected = results_and_gradients(plain.apply, *plain.init(3), X, EVERYTHING)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-6), ours, expected)


def test_within_the_limits_training_is_evaluation():
    norm = batch_renorm()
    params, state = remembering(norm, 2.0, 3.0)
    y, _ = applied(norm, params, state, X)
    np.testing.assert_allclose(y, applied(norm, params, state, X, train=False)[0], atol=1e-5)


@pytest.mark.parametrize("variance, r", [(1e4, 1 / 3), (1e-4, 3.0)])
@pytest.mark.parametrize("mean, d", [(1e6, -5.0), (-1e6, 5.0)])
def test_the_corrections_are_limited(mean, d, variance, r):
    norm = batch_renorm()
    y, _ = applied(norm, *remembering(norm, mean, variance), X)
    z = (X - X.mean(0)) / np.sqrt(X.var(0) + 1e-5)
    np.testing.assert_allclose(y, z * r + d, rtol=1e-5, atol=1e-5)


def test_the_corrections_have_no_gradient():
    norm, plain = batch_renorm(), batch_norm()
    params, state = remembering(norm, 2.0, 3.0)

    weights = np.random.default_rng(1).normal(size=X.shape).astype(np.float32)
    r = np.sqrt((X.var(0) + 1e-5) / (3.0 + 1e-5))

    def pulled_back(norm):
        return jax.jit(lambda x: jax.vjp(lambda x: norm.apply(params, state, x)[0], x)[1](weights)[0])(X)

    np.testing.assert_allclose(pulled_back(norm), r * np.asarray(pulled_back(plain)), atol=1e-6)


@pytest.mark.parametrize("r_max", [0.9, float("inf"), float("nan")])
def test_the_largest_factor_is_at_least_one(r_max):
    with pytest.raises(
        ValueError, match=f"^batch_renorm: r_max must be .* at least 1; got r_max={r_max}; use"
    ):
        batch_renorm(r_max=r_max)


@pytest.mark.parametrize("d_max", [-0.1, float("inf"), float("nan")])
def test_the_largest_shift_is_not_negative(d_max):
    with pytest.raises(
        ValueError, match=f"^batch_renorm: d_max must be .* at least 0; got d_max={d_max}; use"
    ):
        batch_renorm(d_max=d_max)
