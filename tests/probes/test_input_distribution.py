"""A distribution seen in batches is that of all values at once, in float64."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.probes import histogram, input_distribution

PROBE = input_distribution(-4.0, 4.0, 16, limits=(1.0, 2.5))
UPDATE, MERGE, VALUE = (jax.jit(each) for each in (PROBE.update, PROBE.merge, PROBE.value))
VALUES = np.random.default_rng(0).normal(0.7, 2.0, (32, 5)).astype(np.float32)


def agrees(value, values):
    values = values.astype(np.float64).ravel()
    inside = np.clip(values, -4.0, np.nextafter(4.0, 0.0))
    np.testing.assert_allclose(
        value.shares, np.histogram(inside, 16, (-4.0, 4.0))[0] / values.size, rtol=1e-6
    )
    np.testing.assert_allclose(value.edges, np.linspace(-4.0, 4.0, 17))
    np.testing.assert_allclose(value.outside, [np.mean(np.abs(values) > a) for a in (1.0, 2.5)], rtol=1e-6)
    np.testing.assert_allclose(value.mean, values.mean(), rtol=1e-6, atol=1e-6 * values.std())
    np.testing.assert_allclose(value.variance, values.var(), rtol=1e-6)
    assert (value.count, value.undefined) == (values.size, 0)


def folded(batches):
    return functools.reduce(UPDATE, map(jnp.asarray, batches), PROBE.init())


def test_batches_together_are_the_whole():
    agrees(VALUE(folded(np.split(VALUES, 4))), VALUES)


def test_the_mean_of_the_batches_variances_would_be_wrong():
    batches = [VALUES[:8] + 3, VALUES[8:16] - 3]
    value = VALUE(folded(batches))
    agrees(value, np.concatenate(batches))
    assert np.mean([batch.var() for batch in batches]) < value.variance / 2


def test_parts_seen_apart_merge_in_any_order():
    first, second = folded([VALUES[:8]]), folded(np.split(VALUES[8:], 3))
    jax.tree.map(np.testing.assert_array_equal, MERGE(first, PROBE.init()), first)
    for merged in (MERGE(first, second), MERGE(second, first)):
        agrees(VALUE(merged), VALUES)


def test_a_mean_far_from_zero_keeps_its_variance():
    values = 1e5 + VALUES
    value = VALUE(folded(np.split(values, 4)))
    np.testing.assert_allclose(value.variance, values.astype(np.float64).var(), rtol=1e-5)


def test_what_is_masked_is_not_seen():
    seen, mask = np.where(np.arange(32)[:, None] < 20, VALUES, np.nan), np.arange(32)[:, None] < 20
    state = UPDATE(PROBE.init(), jnp.asarray(seen), jnp.asarray(mask))
    agrees(VALUE(state), VALUES[:20])


def test_nan_is_told_apart():
    value = VALUE(folded(np.split(np.where(VALUES[20, 3] == VALUES, np.nan, VALUES), 4)))
    np.testing.assert_allclose(value.undefined, 1 / 160, rtol=1e-6)
    np.testing.assert_allclose(np.sum(value.shares), 159 / 160, rtol=1e-6)
    assert np.isnan([value.mean, value.variance]).all()


def test_under_scan_and_by_unit():
    def of_unit(values):
        return PROBE.value(jax.lax.scan(lambda s, x: (PROBE.update(s, x), None), PROBE.init(), values)[0])

    by_unit = jax.jit(jax.vmap(of_unit, in_axes=2))(jnp.asarray(VALUES).reshape(4, 8, 5))
    for unit in range(5):
        agrees(jax.tree.map(lambda field, at=unit: field[at], by_unit), VALUES[:, unit])


def test_over_devices():
    mesh = jax.make_mesh((8,), ("batch",), axis_types=(jax.sharding.AxisType.Auto,))
    parts, whole = jax.sharding.PartitionSpec("batch"), jax.sharding.PartitionSpec()

    def seen(values):
        return PROBE.value(PROBE.update(PROBE.init(), values, axis_name="batch"))

    divided = jax.jit(jax.shard_map(seen, mesh=mesh, in_specs=parts, out_specs=whole))
    agrees(divided(jnp.asarray(VALUES)), VALUES)


def test_half_precision_is_counted_in_float32():
    values = jnp.asarray(VALUES, jnp.bfloat16)
    value = VALUE(UPDATE(PROBE.init(), values))
    agrees(value, np.asarray(values.astype(jnp.float32)))
    assert value.mean.dtype == jnp.float32


def test_the_bins_are_those_of_histogram():
    found = folded(np.split(VALUES, 4)).bins.low
    np.testing.assert_array_equal(found, histogram(jnp.asarray(VALUES), -4.0, 4.0, 16))


def test_more_values_than_32_bits_count():
    state = folded(np.split(VALUES, 4))
    for _ in range(30):
        state = MERGE(state, state)
    value = VALUE(state)
    agrees(value._replace(count=jnp.float32(VALUES.size)), VALUES)
    np.testing.assert_allclose(value.count, VALUES.size * 2.0**30)


def test_without_a_value_nothing_is_known():
    value = VALUE(PROBE.init())
    assert np.isnan([value.mean, value.variance, *value.outside, *value.shares]).all()
    assert value.count == 0


def test_no_limits():
    probe = input_distribution()
    value = jax.eval_shape(lambda x: probe.value(probe.update(probe.init(), x)), jnp.asarray(VALUES))
    assert (value.outside.shape, value.shares.shape) == ((0,), (64,))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: input_distribution(limits=(1.0, 0.0)),
            ValueError,
            r"must be positive; got \(1.0, 0.0\)",
        ),
        (lambda: input_distribution(2.0, 1.0), ValueError, "low < high; got low=2.0, high=1.0"),
        (lambda: input_distribution(bins=0), ValueError, "bins must be an integer of at least 1; got 0"),
        (
            lambda: PROBE.update(PROBE.init(), jnp.arange(3)),
            TypeError,
            "x must be real floating; got int32",
        ),
    ],
)
def test_a_bad_call_says_what_is_wrong(call, error, message):
    with pytest.raises(error, match=f"input_distribution: .*{message}"):
        call()
