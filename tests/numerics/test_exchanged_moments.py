"""Members of a mapped axis tell each other their moments: exact, for few members and for many."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import AxisType, PartitionSpec

from bnact.numerics import deviation, moments
from bnact.numerics.members import MOST_TELLERS
from bnact.types import AxisName
from tests.numerics.samples import CONSTANTS, MEANS, assert_close_to_float64, normal

COUNTS = (5, 0, 40, 1, 17, 40, 3, 0)
MASK = np.broadcast_to(np.arange(40)[:, None] < np.reshape(COUNTS, (8, 1, 1)), (8, 40, 3))
GROUPS = ((0, 1, 6), (2,), (7, 3, 5, 4))


def of_member(x, mask=None, axis_name: AxisName = "members", groups=None):
    return moments(x, 0, mask, axis_name, axis_index_groups=groups)


def by_vmap(member, x, mask):
    return jax.vmap(member, axis_name="members")(x, mask)


def by_shard_map(check_vma, member, x, mask):
    mesh = jax.make_mesh((len(x),), ("members",), axis_types=(AxisType.Auto,))
    split = PartitionSpec("members")

    def of_part(x, mask):
        return jax.tree.map(lambda leaf: leaf[None], member(x[0], mask[0]))

    return jax.shard_map(of_part, mesh=mesh, in_specs=split, out_specs=split, check_vma=check_vma)(x, mask)


WAYS = {
    "vmap": by_vmap,
    "shard_map": functools.partial(by_shard_map, True),
    "shard_map unchecked": functools.partial(by_shard_map, False),
}
every_way = pytest.mark.parametrize("way", WAYS)


@functools.partial(jax.jit, static_argnames=("way", "groups"))
def taken(way, x, mask, groups=None):
    """The moments, and the distances of what is counted from the mean, as every member has them."""

    def member(x, mask):
        found = of_member(x, mask, groups=groups)
        return found, jnp.where(mask, deviation(x, found, 0), 0)

    return WAYS[way](member, x, mask)


def assert_same_for(sharing, statistics):
    for field in statistics:
        np.testing.assert_array_equal(
            field[list(sharing)], np.broadcast_to(field[sharing[0]], (len(sharing), 3))
        )


@every_way
@pytest.mark.parametrize("mean", MEANS)
@pytest.mark.parametrize("drift", [0.0, 100.0])
def test_of_unequal_counts_they_are_those_of_all_values_together(way, mean, drift):
    x = normal(MASK.shape, mean) + drift * np.arange(8, dtype=np.float32)[:, None, None]
    statistics, distances = jax.device_get(taken(way, np.where(MASK, x, np.nan), MASK))
    assert_same_for(range(8), statistics)
    np.testing.assert_array_equal(statistics.count[0], np.full(3, sum(COUNTS), np.float32))
    counted = x[MASK[..., 0]].astype(np.float64)
    assert_close_to_float64(jax.tree.map(lambda field: field[0], statistics), counted, 0)
    expected = np.where(MASK, x - counted.mean(0), 0)
    np.testing.assert_allclose(distances, expected, atol=2e-6 * counted.std())


@every_way
@pytest.mark.parametrize("mean", [0.0, 1e7])
def test_a_group_merges_its_own_and_no_others(way, mean):
    x = np.where(MASK, normal(MASK.shape, mean), np.nan)
    x[2] = np.nan  # a group of its own
    statistics, _ = jax.device_get(taken(way, x, MASK, GROUPS))
    for group in GROUPS:
        assert_same_for(group, statistics)
    for group in (GROUPS[0], GROUPS[2]):
        counted = np.concatenate([x[member][MASK[member, :, 0]] for member in group])
        assert_close_to_float64(jax.tree.map(lambda field, at=group[0]: field[at], statistics), counted, 0)


@every_way
def test_constants_have_no_deviation_whoever_has_them(way):
    x = np.broadcast_to(np.asarray(CONSTANTS, np.float32), (8, 40, len(CONSTANTS)))
    mask = np.broadcast_to(MASK[..., :1], x.shape)
    statistics, distances = taken(way, x, mask)
    np.testing.assert_array_equal(statistics.squares, 0)
    np.testing.assert_array_equal(distances, 0)


@every_way
def test_nobody_has_a_value(way):
    statistics, _ = taken(way, np.full(MASK.shape, np.nan, np.float32), np.zeros_like(MASK))
    for field in statistics:
        np.testing.assert_array_equal(field, 0)


@pytest.mark.parametrize("number", [MOST_TELLERS, MOST_TELLERS + 1])
@pytest.mark.parametrize("mean", [0.0, 1e7])
def test_as_many_members_as_are_told_and_one_more(number, mean):
    x = normal((number, 3, 3), mean)
    exchanged = jax.jit(jax.vmap(of_member, axis_name="members"))
    statistics = jax.device_get(exchanged(x))
    np.testing.assert_array_equal(statistics.count, 3 * number)
    assert_same_for(range(number), statistics)
    assert_close_to_float64(jax.tree.map(lambda field: field[0], statistics), x.reshape(-1, 3), 0, bound=2e-6)
    slots = f"f32[{number},{number}"  # a row of slots for every member
    assert (slots in str(jax.make_jaxpr(exchanged)(x))) == (number == MOST_TELLERS)


@pytest.mark.parametrize("groups", [None, ((0, 5), (1, 2, 3, 4))])
def test_members_of_several_axes(groups):
    x = normal((2, 3, 4, 3), 1e6)
    of_both = functools.partial(of_member, axis_name=("rows", "columns"), groups=groups)
    mapped = jax.vmap(jax.vmap(of_both, axis_name="columns"), axis_name="rows")
    statistics = jax.tree.map(lambda field: field.reshape(6, 3), jax.device_get(jax.jit(mapped)(x)))
    for group in groups or (range(6),):
        assert_same_for(group, statistics)
        together = x.reshape(6, 4, 3)[list(group)].reshape(-1, 3)
        assert_close_to_float64(jax.tree.map(lambda field, at=group[0]: field[at], statistics), together, 0)


def test_half_precision_is_exchanged_in_float32():
    x = normal((4, 16, 3), 10.0).astype(np.float16)
    statistics = jax.device_get(jax.jit(jax.vmap(of_member, axis_name="members"))(x))
    assert statistics.mean.dtype == np.float32
    assert_close_to_float64(jax.tree.map(lambda field: field[0], statistics), x.reshape(-1, 3), 0)


@pytest.mark.parametrize("derivative", [jax.jacrev, jax.jacfwd, jax.hessian])
def test_derivatives_are_those_of_all_values_together(derivative):
    with jax.enable_x64(True):
        x = np.random.default_rng(0).normal(3.0, 1.0, size=(4, 5))
        mask = jnp.asarray(MASK[:4, :5, 0])

        def bent(found):
            return jnp.stack((jnp.sin(found.mean) * found.squares, found.variance**2))

        def divided(x):
            found = jax.vmap(of_member, axis_name="members")(x, mask)
            return bent(jax.tree.map(lambda field: field[1], found))

        def together(x):
            return bent(moments(x, (0, 1), mask))

        found, expected = (jax.jit(derivative(function))(x) for function in (divided, together))
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-10)
        assert np.abs(expected).max() > 0.1
