"""bnact.numerics.feature_groups, and what it shares: bnact.numerics.pivot and `shared_moments`."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.numerics.feature_groups import FeatureGroups
from bnact.numerics.members import ALONE, members
from bnact.numerics.moments import moments, shared_moments

X = jnp.asarray(np.random.default_rng(0).normal(1e3, 2.0, (2, 5, 6)).astype(np.float32))
MASK = jnp.asarray(np.random.default_rng(1).random((2, 5, 6)) < 0.7)
GROUPED, SPREAD = (2, 5, 2, 3), 2.0

# Each is compiled whole, not operation by operation.
moments_of_groups = jax.jit(moments, static_argnames=("axes", "centered"))


@functools.partial(jax.jit, static_argnames="centered")
def shared_by_features(x, mask=None, centered=True):
    return shared_moments(x, (1,), mask, FeatureGroups(3, ALONE), centered)


def assert_of_groups(shared, groups):
    """The same count and squares, and the same mean to a part in 1e5 of the spread."""
    every = type(groups)(*(np.repeat(np.asarray(each, np.float64), 3, axis=-1) for each in groups))
    found = type(shared)(*(np.asarray(each, np.float64) for each in shared))
    np.testing.assert_array_equal(found.count, every.count)
    np.testing.assert_allclose(found.squares, every.squares, rtol=1e-5)
    distance = (found.mean - every.mean) + (found.correction - every.correction)
    np.testing.assert_allclose(distance, 0.0, atol=1e-5 * SPREAD)


@pytest.mark.parametrize("mask", [None, MASK], ids=["all", "masked"])
@pytest.mark.parametrize("centered", [True, False])
def test_each_feature_has_the_moments_of_its_group(mask, centered):
    shared = shared_by_features(X, mask, centered)
    inside = None if mask is None else mask.reshape(GROUPED)
    assert_of_groups(
        shared, moments_of_groups(X.reshape(GROUPED), axes=(1, 3), mask=inside, centered=centered)
    )


def test_features_are_shared_by_members_too():
    def of_member(x):
        return shared_moments(x, (0,), None, FeatureGroups(3, members("m", None)))

    shared = jax.jit(jax.vmap(of_member, axis_name="m"))(X)
    for member in range(2):
        of_one = jax.tree.map(lambda each, member=member: each[member], shared)
        assert_of_groups(of_one, moments_of_groups(X.reshape(GROUPED), axes=(0, 1, 3)))


def test_groups_of_other_features_are_caught():
    groups = moments_of_groups(X.reshape(GROUPED), axes=(1, 3))
    with pytest.raises(AssertionError):
        assert_of_groups(shared_by_features(X[..., ::2].repeat(2, -1)), groups)


def test_two_totals_are_the_totals_of_each():
    groups = FeatureGroups(3, ALONE)
    for both, alone in zip(groups.totals(X, 2 * X), (groups.total(X), groups.total(2 * X)), strict=True):
        np.testing.assert_allclose(both, alone, rtol=1e-6)


def test_the_number_counts_the_features_of_a_group():
    assert FeatureGroups(3, ALONE).number() == 3
    np.testing.assert_array_equal(
        FeatureGroups(2, ALONE).least(jnp.array([3.0, 1.0, 2.0, 5.0])), [1, 1, 2, 2]
    )
