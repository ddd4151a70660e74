"""Dead and saturated units over many batches are those of all examples at once."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.probes import dead, saturated, unit_counts

UNITS, LARGEST = 6, 2.0
PROBE = unit_counts(UNITS, LARGEST)
UPDATE, MERGE, VALUE = (jax.jit(each) for each in (PROBE.update, PROBE.merge, PROBE.value))


def slopes(shape=(24,), seed=0):
    """With a unit dead everywhere, one dead on the first half, and a negative slope."""
    drawn = np.random.default_rng(seed).choice([0.0, 0.05, 0.5, -2.0], (*shape, UNITS))
    drawn[..., 1] = 0.0
    drawn[: shape[0] // 2, ..., 3] = 0.0
    drawn[-1, ..., 3] = 1.0
    return drawn


def reference(slope):
    """In numpy: dead units, and each unit's saturated share."""
    rows = slope.reshape(-1, UNITS)
    return (rows == 0).all(0), (np.abs(rows) < 0.05 * LARGEST).mean(0)


def agrees(value, slope):
    is_dead, share = reference(slope)
    np.testing.assert_array_equal(value.dead, is_dead)
    np.testing.assert_allclose(value.saturated, share, rtol=1e-6)
    np.testing.assert_allclose(value.dead_share, is_dead.mean(), rtol=1e-6)
    np.testing.assert_allclose(value.saturated_share, share.mean(), rtol=1e-6)
    np.testing.assert_array_equal(value.examples, slope[..., 0].size)


def folded(batches):
    return functools.reduce(UPDATE, batches, PROBE.init())


@pytest.mark.parametrize("shape", [(24,), (8, 2, 3)])
def test_batches_together_are_the_whole(shape):
    slope = slopes(shape)
    agrees(VALUE(folded(jnp.split(jnp.asarray(slope, jnp.float32), 4))), slope)


def test_the_mean_of_the_batches_dead_shares_would_be_wrong():
    slope = jnp.asarray(slopes(), jnp.float32)
    value = VALUE(folded(jnp.split(slope, 4)))
    mean_of_batches = np.mean([dead(batch) for batch in jnp.split(slope, 4)])
    assert value.dead_share < mean_of_batches - 0.05


def test_one_batch_is_what_dead_and_saturated_say():
    slope = jnp.asarray(slopes(), jnp.float32)
    value = VALUE(UPDATE(PROBE.init(), slope))
    np.testing.assert_allclose(value.dead_share, dead(slope), rtol=1e-6)
    np.testing.assert_allclose(value.saturated_share, saturated(slope, LARGEST), rtol=1e-6)


def test_parts_seen_apart_merge_in_any_order():
    first, second = (folded(jnp.split(jnp.asarray(slopes(seed=seed), jnp.float32), 4)) for seed in (1, 2))
    jax.tree.map(np.testing.assert_array_equal, MERGE(first, second), MERGE(second, first))
    jax.tree.map(np.testing.assert_array_equal, MERGE(first, PROBE.init()), first)
    agrees(VALUE(MERGE(first, second)), np.concatenate([slopes(seed=1), slopes(seed=2)]))


def test_what_is_masked_is_not_seen():
    slope, mask = slopes(), np.arange(24) < 12
    state = UPDATE(PROBE.init(), jnp.asarray(slope, jnp.float32), jnp.asarray(mask)[:, None])
    agrees(VALUE(state), slope[:12])
    assert VALUE(state).dead[3], "its only slope is behind the mask"


def test_under_scan_and_vmap():
    slope = slopes((3, 4, 2), seed=3)  # members, batches, examples

    def of_member(batches):
        return PROBE.value(
            jax.lax.scan(lambda s, batch: (PROBE.update(s, batch), None), PROBE.init(), batches)[0]
        )

    values = jax.jit(jax.vmap(of_member))(jnp.asarray(slope, jnp.float32))
    for member in range(3):
        agrees(jax.tree.map(lambda field, at=member: field[at], values), slope[member])


def test_over_devices_inside_and_merged_outside():
    mesh = jax.make_mesh((8,), ("batch",), axis_types=(jax.sharding.AxisType.Auto,))
    parts, whole = jax.sharding.PartitionSpec("batch"), jax.sharding.PartitionSpec()
    slope = slopes()

    def counted(batch):
        return PROBE.value(PROBE.update(PROBE.init(), batch, axis_name="batch"))

    divided = jax.jit(jax.shard_map(counted, mesh=mesh, in_specs=parts, out_specs=whole))
    agrees(divided(jnp.asarray(slope, jnp.float32)), slope)

    def own(batch):
        return jax.tree.map(lambda field: field[None], PROBE.update(PROBE.init(), batch))

    states = jax.jit(jax.shard_map(own, mesh=mesh, in_specs=parts, out_specs=parts))(
        jnp.asarray(slope, jnp.float32)
    )
    pieces = [jax.tree.map(lambda field, at=at: field[at], states) for at in range(8)]
    agrees(VALUE(functools.reduce(MERGE, pieces)), slope)


def test_a_unit_that_is_lost_has_no_share():
    value = VALUE(folded([jnp.ones((6, UNITS)).at[0, 2].set(jnp.nan), jnp.zeros((6, UNITS))]))
    assert not value.dead.any()
    np.testing.assert_array_equal(np.isnan(value.saturated), np.arange(UNITS) == 2)
    assert np.isnan(value.dead_share)
    assert np.isnan(value.saturated_share)


def test_without_an_example_nothing_is_known():
    value = VALUE(PROBE.init())
    assert not value.dead.any()
    assert np.isnan(value.dead_share)
    assert np.isnan(value.saturated).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: unit_counts(0, 1.0), "units must be an integer of at least 1; got 0"),
        (lambda: unit_counts(True, 1.0), "units must be an integer of at least 1; got True"),
        (lambda: unit_counts("3", 1.0), "units must be an integer of at least 1; got '3'"),
        (lambda: PROBE.update(PROBE.init(), jnp.ones((3, 5))), r"of shape \(..., 6\), .* got shape \(3, 5\)"),
        (lambda: PROBE.update(PROBE.init(), jnp.ones(())), r"of shape \(..., 6\), .* got shape \(\)"),
    ],
)
def test_a_bad_call_says_what_is_wrong(call, message):
    with pytest.raises(ValueError, match=f"unit_counts: .*{message}"):
        call()
