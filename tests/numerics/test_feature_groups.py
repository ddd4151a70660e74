"""bnact.numerics.feature_groups, and what it shares: bnact.numerics.pivot and `shared_moments`."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.numerics.feature_groups import FeatureGroups
from bnact.numerics.members import ALONE, members
from bnact.numerics.moments import moments, shared_moments

X = jnp.asarray(np.random.default_rng(0).normal(1e3, 2.0, (2, 5, 6)).astype(np.float32))
MASK = jnp.asarray(np.random.default_rng(1).random((2, 5, 6)) < 0.7)


@pytest.mark.parametrize("mask", [None, MASK], ids=["all", "masked"])
@pytest.mark.parametrize("centered", [True, False])
def test_each_feature_has_the_moments_of_its_group(mask, centered):
    shared = shared_moments(X, (1,), mask, FeatureGroups(3, ALONE), centered)
    shape = (2, 5, 2, 3)
    inside = None if mask is None else mask.reshape(shape)
    groups = moments(X.reshape(shape), (1, 3), inside, centered=centered)
    for found, right in zip(shared, groups, strict=True):
        np.testing.assert_allclose(found, np.repeat(right, 3, axis=-1), rtol=1e-5, atol=1e-4)


def test_features_are_shared_by_members_too():
    def of_member(x):
        return shared_moments(x, (0,), None, FeatureGroups(3, members("m", None)))

    shared = jax.vmap(of_member, axis_name="m")(X)
    whole = moments(X.reshape(2, 5, 2, 3), (0, 1, 3))
    for found, right in zip(shared, whole, strict=True):
        np.testing.assert_allclose(found[0], np.repeat(right, 3), rtol=1e-5, atol=1e-4)


def test_a_sum_over_all_features_would_be_caught():
    one_group = shared_moments(X, (1,), None, FeatureGroups(6, ALONE))
    two_groups = shared_moments(X, (1,), None, FeatureGroups(3, ALONE))
    assert not np.allclose(one_group.mean, two_groups.mean, rtol=1e-6)


def test_the_number_counts_the_features_of_a_group():
    assert FeatureGroups(3, ALONE).number() == 3
    np.testing.assert_array_equal(
        FeatureGroups(2, ALONE).least(jnp.array([3.0, 1.0, 2.0, 5.0])), [1, 1, 2, 2]
    )
