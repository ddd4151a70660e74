"""Batch norm's running averages: debiased, plain, and kept from batches that are not finite."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations import batch_norm
from bnact.normalizations.averages import debiased
from tests.normalizations.every_norm import applied, assert_trees_close

X = np.random.default_rng(0).normal(5.0, 2.0, (5, 8, 3)).astype(np.float32)


def trained(norm, batches):
    params, state = norm.init(3)
    for x in batches:
        _, state = applied(norm, params, state, x)
    return params, state


def evaluated_with(x, mean, variance):
    return (x - np.asarray(mean)) / np.sqrt(np.asarray(variance) + 1e-5)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.99, 0.999999])
@pytest.mark.parametrize("updates", [1, 5])
def test_debiased_averages_are_weighted_averages_of_the_batches(momentum, updates):
    norm = batch_norm(momentum=momentum, debias=True)
    params, state = trained(norm, X[:updates])
    weights = momentum ** np.arange(updates, dtype=np.float64)[::-1]
    weights /= weights.sum()
    wide = X[:updates].astype(np.float64)
    mean, variance = weights @ wide.mean(1), weights @ wide.var(1)
    y, after = applied(norm, params, state, X[4], train=False)
    np.testing.assert_allclose(y, evaluated_with(X[4], mean, variance), rtol=1e-5, atol=1e-5)
    jax.tree.map(np.testing.assert_array_equal, after, state)


def test_debiasing_divides_what_is_kept_by_the_weight_of_what_came():
    _, kept = trained(batch_norm(momentum=0.9, debias=True), X[:2])
    _, plain = trained(batch_norm(momentum=0.9), X[:2])
    np.testing.assert_array_equal(kept.mean, plain.mean)
    np.testing.assert_allclose(debiased(kept.mean, 0.9, kept.count, 0.0), kept.mean / (1 - 0.9**2), rtol=1e-6)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 1.0])
def test_before_the_first_update_debiased_averages_are_those_of_any_norm(momentum):
    norm, plain = batch_norm(momentum=momentum, debias=True), batch_norm(momentum=momentum)
    y, _ = applied(norm, *norm.init(3), X[0], train=False)
    np.testing.assert_array_equal(y, applied(plain, *plain.init(3), X[0], train=False)[0])


def test_features_of_small_spread_are_debiased_as_well():
    x = (1e-3 * X).astype(np.float32)
    norm = batch_norm(epsilon=0.0, debias=True)
    params, state = trained(norm, x[:1])
    expected = (x[0] - x[0].mean(0)) / x[0].std(0)
    np.testing.assert_allclose(applied(norm, params, state, x[0], train=False)[0], expected, atol=1e-4)


def test_the_plain_average_gives_every_update_the_same_weight():
    norm = batch_norm(momentum=None)
    params, state = trained(norm, X)
    wide = X.astype(np.float64)
    np.testing.assert_allclose(state.mean, wide.mean((0, 1)), rtol=1e-6)
    np.testing.assert_allclose(state.variance, wide.var(1).mean(0), rtol=1e-6)
    assert state.count == 5
    y, _ = applied(norm, params, state, X[0], train=False)
    np.testing.assert_allclose(y, evaluated_with(X[0], state.mean, state.variance), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("momentum", [0.9, None])
@pytest.mark.parametrize("poison", [np.nan, np.inf, -np.inf, 3e38])
def test_a_poisoned_batch_leaves_the_averages_as_they_were(momentum, poison):
    norm = batch_norm(momentum=momentum, skip_nonfinite=True)
    params, state = trained(norm, X[:2])
    x = X[2].copy()
    x[3, 1] = poison
    _, after = applied(norm, params, state, x)
    jax.tree.map(np.testing.assert_array_equal, after, state)
    _, after = applied(norm, params, after, X[3])
    expected = trained(batch_norm(momentum=momentum), X[[0, 1, 3]])[1]
    assert_trees_close(after, expected, 1e-6)  # another program, which may round a correction differently


def test_a_poisoned_batch_is_otherwise_averaged_in():
    _, state = trained(batch_norm(), [np.full((4, 3), np.nan, np.float32)])
    assert np.all(np.isnan(state.mean))


def test_a_batch_poisoned_on_one_device_is_skipped_on_all():
    norm = batch_norm(skip_nonfinite=True)
    params, state = norm.init(3)
    x = np.stack([X[0], X[1]])
    x[1, 0, 0] = np.nan
    member = jax.vmap(lambda x: norm.apply(params, state, x, axis_name="devices")[1], axis_name="devices")
    after = jax.jit(member)(jnp.asarray(x))
    jax.tree.map(lambda a, b: np.testing.assert_array_equal(a, np.stack([b, b])), after, state)


def test_what_is_masked_poisons_nothing():
    norm = batch_norm(skip_nonfinite=True)
    params, state = norm.init(3)
    x = X[0].copy()
    x[3] = np.nan
    _, after = applied(norm, params, state, x, mask=np.arange(8)[:, None] != 3)
    assert after.count == 1


def test_a_plain_average_has_no_start_to_take_out():
    match = "^batch_norm: debias takes out .*; got momentum=None, the plain average, .*; use debias=False$"
    with pytest.raises(ValueError, match=match):
        batch_norm(momentum=None, debias=True)
