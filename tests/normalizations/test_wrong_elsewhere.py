"""Inputs at which the norms of other libraries go wrong, each as a short test; the others are complaints.

Means far from 0 are in `test_accuracy.py`, unequal counts and devices in `test_divided.py`, running variances
beyond float16 in `test_train_equals_eval.py`; a batch of one, half precision, per-example gradients and few
steps are complaints 12, 18, 11 and 5 in `test_complaints.py`.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import AxisType, PartitionSpec

from bnact.normalizations import batch_norm, group_norm, rms_norm, weights

FEATURES = 3
X = jnp.asarray(np.random.default_rng(0).normal(2.0, 3.0, size=(12, FEATURES)), jnp.float32)
NORM = batch_norm()
PARAMS, STATE = NORM.init(FEATURES)


def test_constant_features_come_out_as_the_bias():
    x = jnp.broadcast_to(jnp.asarray([12345.678, 7e7, 0.1], jnp.float32), (12, FEATURES))
    params = PARAMS._replace(bias=jnp.asarray([1.0, -2.0, 3e4]))
    np.testing.assert_array_equal(NORM.apply(params, STATE, x)[0], np.broadcast_to(params.bias, x.shape))


@pytest.mark.parametrize("rows", [0, 12])
def test_an_empty_batch_and_one_all_masked_leave_the_averages(rows):
    y, after = NORM.apply(PARAMS, STATE, X[:rows], mask=jnp.zeros((rows, 1), bool))
    assert np.all(np.isfinite(y))
    jax.tree.map(np.testing.assert_array_equal, after, STATE)


def test_nan_behind_a_mask_reaches_no_gradient():
    mask = (jnp.arange(12) != 4)[:, None]
    dirty = jnp.where(mask, X, jnp.nan)
    gradient = jax.grad(lambda x: jnp.sum(jnp.sin(NORM.apply(PARAMS, STATE, x, mask=mask)[0])))(dirty)
    assert np.all(np.isfinite(gradient))
    np.testing.assert_array_equal(gradient[4], 0)


def test_a_device_that_is_all_padding_spoils_nothing():
    mask = jnp.arange(16)[:, None] >= 2
    x = jnp.where(mask, jnp.concatenate([X, X[:4]]), jnp.nan)
    specs = (PartitionSpec("batch"), PartitionSpec("batch"))
    mesh = jax.make_mesh((8,), ("batch",), axis_types=(AxisType.Auto,))

    def member(x, mask):
        return NORM.apply(PARAMS, STATE, x, mask=mask, axis_name="batch")[1]

    after = jax.jit(jax.shard_map(member, mesh=mesh, in_specs=specs, out_specs=PartitionSpec()))(x, mask)
    expected = NORM.apply(PARAMS, STATE, x[2:])[1]
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6), after, expected)


def test_group_norm_takes_a_mask_that_broadcasts():
    norm = group_norm(groups=1)
    mask = jnp.arange(12)[:, None, None] < 6
    y, _ = norm.apply(*norm.init(FEATURES), X[:, None], mask=mask)
    np.testing.assert_array_equal(y[6:], 0)


def test_weight_norm_of_a_zero_and_a_large_column_in_float16_is_finite():
    norm = weights.weight_norm()
    kernel = jnp.asarray([[0, 6e4], [0, 6e4]], jnp.float16)
    params, state = norm.init(kernel, jax.random.key(0))
    gradient = jax.jit(
        jax.grad(lambda kernel: jnp.sum(norm.apply(params, state, kernel)[0][0].astype(jnp.float32)))
    )
    y, _ = norm.apply(params, state, kernel)
    np.testing.assert_array_equal(y[:, 0], 0)
    assert np.all(np.isfinite(y))
    assert np.all(np.isfinite(gradient(kernel)))


def test_rms_norm_of_a_zero_row_with_epsilon_zero_is_zero():
    norm = rms_norm(epsilon=0.0)
    params, state = norm.init(FEATURES)

    @jax.jit
    def value_and_gradient(x):
        y, backward = jax.vjp(lambda x: norm.apply(params, state, x)[0], x)
        return y, backward(jnp.ones_like(y))[0]

    for zero in value_and_gradient(jnp.zeros((1, FEATURES))):
        np.testing.assert_array_equal(zero, 0)


def test_a_norm_is_functions_of_arrays_and_changes_nothing_it_is_given():
    params, state = jax.tree.map(jnp.copy, (PARAMS, STATE))
    once, twice = (NORM.apply(params, state, X) for _ in range(2))
    jax.tree.map(np.testing.assert_array_equal, once, twice)
    jax.tree.map(np.testing.assert_array_equal, (params, state), (PARAMS, STATE))
    assert all(type(leaf) is type(X) for leaf in jax.tree.leaves(once))
