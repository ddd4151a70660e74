"""Moments over an axis that is mapped, and over arrays that lie on several devices."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import AxisType, NamedSharding, PartitionSpec

from bnact.numerics import deviation, moments, tolerance
from tests.numerics.samples import assert_close_to_float64, moments_of, normal, standardized

slow = pytest.mark.slow


@jax.jit
def of_members(x, mask):
    """The moments over all members, as every member has them."""
    return jax.vmap(lambda x, mask: moments(x, 0, mask, "devices"), axis_name="devices")(x, mask)


@pytest.mark.parametrize("mean", [0.0, 1e4, 1e7])
def test_across_a_vmapped_axis_with_unequal_counts(mean):
    x, mask = normal((4, 16, 3), mean), np.arange(64).reshape(4, 16, 1) < [[[16 + 1]], [[21]], [[48]], [[70]]]
    mask = np.broadcast_to(mask, x.shape)
    x = np.where(mask, x, np.nan).astype(np.float32)
    statistics = jax.tree.map(lambda field: field[0], jax.device_get(of_members(x, mask)))
    counts = mask.sum(1)[:, 0]
    assert len(set(counts)) > 1
    np.testing.assert_array_equal(statistics.count, counts.sum())
    assert_close_to_float64(statistics, x[mask[..., 0]], 0)


def test_a_member_without_values_weighs_nothing():
    x, mask = normal((2, 8, 3), 5.0), np.array([True, False])[:, None, None]
    x[1] = np.nan
    reduced = jax.device_get(of_members(x, np.broadcast_to(mask, x.shape)))
    jax.tree.map(lambda field: np.testing.assert_array_equal(field[0], field[1]), reduced)
    assert_close_to_float64(jax.tree.map(lambda field: field[1], reduced), x[0], 0)


def test_constants_across_a_mapped_axis():
    x = np.full((8, 11, 1), 12345.678, np.float32)

    def member(x):
        return deviation(x, moments(x, 0, axis_name="devices"), 0)

    np.testing.assert_array_equal(jax.jit(jax.vmap(member, axis_name="devices"))(x), 0)


@pytest.mark.parametrize("check_vma", [True, pytest.param(False, marks=slow)])
def test_across_devices_value_and_gradient(check_vma):
    mesh = jax.make_mesh((8,), ("devices",), axis_types=(AxisType.Auto,))
    split = PartitionSpec("devices")
    x, mask = normal((64, 3), 1e4), np.arange(64)[:, None] > 10

    def member(x, mask):
        return standardized(x, mask, "devices")

    sharded = jax.shard_map(member, mesh=mesh, in_specs=split, out_specs=split, check_vma=check_vma)

    def loss(fn, x):
        return jnp.sum(jnp.sin(fn(x, mask)))

    @jax.jit
    def both(x):
        return [jax.value_and_grad(loss, argnums=1)(fn, x) for fn in (sharded, standardized)]

    (value, gradient), (expected, expected_gradient) = both(x)
    bound = tolerance(jnp.float32)
    np.testing.assert_allclose(value, expected, atol=bound.value)
    np.testing.assert_allclose(gradient, expected_gradient, atol=bound.gradient)


@pytest.mark.parametrize(
    "axis_type, masked",
    [
        (AxisType.Auto, True),
        (AxisType.Explicit, False),
        pytest.param(AxisType.Auto, False, marks=slow),
        pytest.param(AxisType.Explicit, True, marks=slow),
    ],
)
def test_of_a_sharded_array(axis_type, masked):
    mesh = jax.make_mesh((8,), ("devices",), axis_types=(axis_type,))
    x, mask = normal((64, 3), 1e7), np.arange(64)[:, None] > 10
    with jax.set_mesh(mesh):
        sharded = jax.device_put(x, NamedSharding(mesh, PartitionSpec("devices", None)))
        statistics = moments_of(sharded, mask=mask if masked else None)
    assert_close_to_float64(statistics, x[11:] if masked else x, 0)


def test_vmapped_equals_looped():
    x = normal((5, 16, 3), 1e5)
    mapped = jax.device_get(jax.vmap(moments_of)(x))
    for lane in range(5):
        assert_close_to_float64(jax.tree.map(lambda field, lane=lane: field[lane], mapped), x[lane], 0)
