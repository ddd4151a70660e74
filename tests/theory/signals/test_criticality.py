import json
import math
import pathlib

import numpy as np
import pytest

from bnact.activations import ACTIVATIONS
from bnact.theory import (
    correlation_slope,
    edge_of_chaos,
    fixed_point,
    half_stable_point,
    variance_map,
    variance_slope,
)

CASES = json.loads((pathlib.Path(__file__).parents[2] / "reference_cases.json").read_text())
TANH, GELU = CASES["edge_of_chaos_tanh"], CASES["gelu_half_stable_point"]
SMOOTH = [name for name, act in ACTIVATIONS.items() if not act.jumps]


@pytest.mark.parametrize("bias_variance, weight_variance", TANH["bias_variance_to_weight_variance"].items())
def test_published_edge_of_tanh(bias_variance, weight_variance):
    assert abs(edge_of_chaos("tanh", float(bias_variance)) - weight_variance) < TANH["analytic"]


def edge_or_none(name, bias_variance):
    try:
        return edge_of_chaos(name, bias_variance)
    except ValueError:
        return None


@pytest.mark.parametrize("name", SMOOTH)
def test_the_slope_at_the_edge_is_1(name):
    weight_variance = edge_or_none(name, 1.0)
    if weight_variance is None:
        # Then chi_1 is on one side of 1 wherever a variance is fixed: the edge is not between any two.
        sides = {np.sign(slope - 1.0) for slope in slopes_of_fixed_points(name, 1.0)}
        assert len(sides) <= 1
        return
    found = fixed_point(name, weight_variance, 1.0)
    assert found.slope == pytest.approx(1.0, abs=1e-9)
    assert found.depth_scale_correlation == math.inf
    assert fixed_point(name, 0.98 * weight_variance, 1.0).slope < 1.0


def slopes_of_fixed_points(name, bias_variance):
    """chi_1 at every fixed variance on a grid: of q, the weight variance that fixes it is known."""
    variance = bias_variance + np.geomspace(1e-2, 5.0, 9)
    weights = (variance - bias_variance) / variance_map(name, variance, 1.0, 0.0)
    stable = variance_slope(name, variance, weights) < 1.0 - 1e-9
    return np.asarray(correlation_slope(name, 1.0, variance[stable], weights[stable]))


@pytest.mark.parametrize(
    "name, weight_variance",
    [
        ("tanh", 1.0),
        ("erf", math.pi / 4),
        ("relu", 2.0),
        ("elu", 1.0),
        ("sin", 1.0),
        ("leaky_relu", 2 / 1.0001),
    ],
)
def test_without_bias_the_edge_is_at_the_slope_of_the_origin(name, weight_variance):
    assert edge_of_chaos(name, 0.0) == pytest.approx(weight_variance, abs=1e-12)


def test_an_activation_that_is_not_0_at_0_has_an_edge_without_bias_at_a_variance():
    weight_variance = edge_of_chaos("sigmoid", 0.0)
    assert fixed_point("sigmoid", weight_variance, 0.0).slope == pytest.approx(1.0, abs=1e-10)


def test_published_half_stable_point_of_gelu():
    found = half_stable_point("gelu")
    for field in found._fields:
        assert abs(getattr(found, field) - GELU[field]) < GELU["analytic"]


HALF_STABLE = ("gelu", "gelu_tanh", "quick_gelu", "silu", "mish", "serf", "hard_silu", "snake")


@pytest.mark.parametrize("name", HALF_STABLE)
def test_both_slopes_are_1_at_a_half_stable_point(name):
    found = half_stable_point(name)
    assert found.bias_variance > 0.0
    after = variance_map(name, found.variance, found.weight_variance, found.bias_variance)
    assert after == pytest.approx(found.variance, rel=1e-10)
    assert variance_slope(name, found.variance, found.weight_variance) == pytest.approx(1.0, abs=1e-9)
    assert correlation_slope(name, 1.0, found.variance, found.weight_variance) == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("name", [name for name in SMOOTH if name not in HALF_STABLE])
def test_the_others_have_none(name):
    with pytest.raises(
        ValueError, match=f"both slopes 1 at one variance between 1e-4 and 1e4; got {name}, which"
    ):
        half_stable_point(name)


@pytest.mark.parametrize("name, bias_variance", [("relu", 0.1), ("softplus", 0.1), ("square", 0.0)])
def test_where_there_is_no_edge(name, bias_variance):
    with pytest.raises(
        ValueError, match=f"got {name} with bias_variance={bias_variance}, where no weight .*; use"
    ):
        edge_of_chaos(name, bias_variance)


@pytest.mark.parametrize("bias_variance", [-0.1, math.nan])
def test_a_bias_variance_that_is_none(bias_variance):
    with pytest.raises(
        ValueError, match=f"bias_variance must be finite and not negative; got {bias_variance}"
    ):
        edge_of_chaos("tanh", bias_variance)


def test_an_activation_that_jumps():
    with pytest.raises(ValueError, match="edge_of_chaos: activation must not jump; got step"):
        edge_of_chaos("step", 0.1)
    with pytest.raises(ValueError, match="half_stable_point: activation must not jump; got sign"):
        half_stable_point("sign")
