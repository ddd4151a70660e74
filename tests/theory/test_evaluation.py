import math

import numpy as np
import pytest

from bnact import theory
from bnact.theory.evaluation import count_of

Q = np.array([1e-20, 1e-16, 1e-12, 1e-6])


@pytest.mark.parametrize("value", [3, np.int32(3), np.array(3)])
def test_any_integer_counts(value):
    assert count_of("f", "depth", value) == 3


@pytest.mark.parametrize("value", [True, np.True_, 3.0, np.float32(3), "3", None, 0, -1])
def test_what_is_no_count(value):
    with pytest.raises(ValueError, match="f: depth must be a concrete integer of at least 1; got .*; use 1"):
        count_of("f", "depth", value)


def test_the_slope_of_variance_near_variance_0():
    # E sigmoid^2 = 1/4 + q/16 - ..., E cos^2 = (1 + exp(-2 q)) / 2.
    np.testing.assert_allclose(theory.variance_slope("sigmoid", Q, 1.0), 0.0625, rtol=1e-6)
    np.testing.assert_allclose(theory.variance_slope("cos", Q, 1.0), -np.exp(-2 * Q), rtol=1e-12)


@pytest.mark.parametrize("name", ["hard_sigmoid", "soft_shrink", "softplus", "relu"])
def test_the_slope_of_variance_is_the_same_on_both_sides_of_where_it_is_taken_otherwise(name):
    below, above = np.asarray(theory.variance_slope(name, np.array([1e-2 * (1 - 1e-9), 1e-2]), 1.0))
    assert below == pytest.approx(above, rel=1e-7)


def test_fixed_points_and_edges_over_arrays():
    weights, biases = np.array([[1.5], [2.5]]), np.array([0.05, 0.1])
    found = theory.fixed_point("tanh", weights, biases)
    assert [np.shape(field) for field in found] == [(2, 2)] * 5
    np.testing.assert_array_equal(
        [np.asarray(field)[1, 0] for field in found], theory.fixed_point("tanh", 2.5, 0.05)
    )
    assert np.asarray(theory.edge_of_chaos("tanh", biases))[1] == theory.edge_of_chaos("tanh", 0.1)


def test_a_depth_scale_of_what_is_unknown():
    with pytest.raises(ValueError, match="depth_scale: slope must be a number; got nan; leave out"):
        theory.depth_scale(math.nan)


def test_a_kernel_has_one_weight_variance():
    with pytest.raises(ValueError, match="weight_variance must be one number; got array.*; loop over the v"):
        theory.nngp_kernel("relu", np.eye(2), 1, np.ones(2), 0.0)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("name", ["tanh", "gelu", "step"])
def test_the_mean_map_is_the_mean_of_the_moment_map(name):
    mean, variance = np.array([-1.0, 0.3]), np.array([0.5, 2.0])
    found = theory.moment_map(name, mean, variance).mean
    np.testing.assert_allclose(theory.mean_map(name, mean, variance), found, rtol=1e-11)
