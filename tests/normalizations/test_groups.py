"""Norms over groups and over positions: which values go together."""

import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations import get, group_norm, instance_norm, layer_norm
from tests.normalizations.every_norm import GROUPED, applied

X = np.random.default_rng(0).normal(3.0, 2.0, (4, 5, 64)).astype(np.float32)
every_grouped_norm = pytest.mark.parametrize("name", GROUPED)


@every_grouped_norm
def test_thirty_two_groups_unless_told_otherwise(name):
    results = [
        applied(norm, *norm.init(64), X)[0]
        for norm in (get(name)(), get(name)(groups=32), get(name)(group_size=2))
    ]
    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[0], results[2])


@every_grouped_norm
@pytest.mark.parametrize("leading", [(), (4,), (4, 5), (4, 5, 2)])
def test_any_leading_shape(name, leading):
    x = np.random.default_rng(0).normal(size=(*leading, 6)).astype(np.float32)
    norm = get(name)(groups=2)
    y, _ = applied(norm, *norm.init(6), x)
    assert y.shape == x.shape
    if leading:
        alone, _ = applied(norm, *norm.init(6), x[:1])
        np.testing.assert_allclose(y[:1], alone, atol=1e-6)


def test_one_group_is_layer_norm_where_there_are_no_positions():
    group, layer = group_norm(groups=1), layer_norm(epsilon=1e-5)
    y, _ = applied(group, *group.init(64), X[:, 0])
    np.testing.assert_allclose(y, applied(layer, *layer.init(64), X[:, 0])[0], atol=1e-6)


def test_groups_of_one_feature_are_instance_norm():
    group, instance = group_norm(group_size=1), instance_norm()
    y, _ = applied(group, *group.init(64), X)
    np.testing.assert_allclose(y, applied(instance, *instance.init(64), X)[0], atol=1e-6)


@every_grouped_norm
def test_features_that_cannot_be_divided_are_refused(name):
    match = (
        r": features must be divisible by groups; got features=10, groups=4; use groups in \(1, 2, 5, 10\)$"
    )
    with pytest.raises(ValueError, match=match):
        get(name)(groups=4).init(10)
    match = r"divisible by group_size; got features=10, group_size=3; use group_size in \(1, 2, 5, 10\)$"
    with pytest.raises(ValueError, match=match):
        get(name)(group_size=3).init(10)


@every_grouped_norm
def test_groups_are_said_once_and_are_whole_numbers(name):
    match = ": groups and group_size say the same thing twice; got groups=2, group_size=3; use one of them$"
    with pytest.raises(ValueError, match=match):
        get(name)(groups=2, group_size=3)
    for setting in ("groups", "group_size"):
        with pytest.raises(
            ValueError, match=f"{setting} must be a whole number of at least 1; got {setting}=0"
        ):
            get(name)(**{setting: 0})


@pytest.mark.parametrize("shape", [(64,), (4, 64)])
def test_instance_norm_needs_positions(shape):
    norm = instance_norm()
    match = r"^instance_norm: x must have an axis of positions .*; got x of shape .*; use x of shape .*"
    with pytest.raises(ValueError, match=match):
        norm.apply(*norm.init(64), jnp.ones(shape))


def test_scale_and_bias_are_optional():
    for make in (group_norm, instance_norm):
        assert make(use_scale=False, use_bias=False).init(64)[0] == (None, None)
