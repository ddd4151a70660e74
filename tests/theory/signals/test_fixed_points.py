import json
import math
import pathlib

import numpy as np
import pytest

from bnact.theory import (
    correlation_map,
    correlation_slope,
    depth_scale,
    fixed_point,
    half_stable_point,
    variance_map,
    variance_slope,
)

CASES = json.loads((pathlib.Path(__file__).parents[2] / "reference_cases.json").read_text())
PUBLISHED = {2.5: "mean_field_tanh_2.5_0.05", 1.5: "mean_field_tanh_1.5_0.05"}


@pytest.mark.parametrize("weight_variance", PUBLISHED)
def test_published_mean_field_of_tanh(weight_variance):
    case, found = CASES[PUBLISHED[weight_variance]], fixed_point("tanh", weight_variance, 0.05)
    error = case["analytic"]
    assert abs(found.variance - case["fixed_point_variance"]) < error
    assert abs(found.slope - case["chi_1"]) < error
    assert abs(found.correlation - case["fixed_point_correlation"]) < error
    assert abs(found.depth_scale_correlation - case["depth_scale_correlation"]) < error
    assert abs(found.depth_scale_variance - case["depth_scale_variance"]) < error


LAYERS = [
    ("tanh", 3.0, 0.1),
    ("sigmoid", 30.0, 0.0),
    ("relu", 1.6, 0.4),
    ("gelu", 1.9, 0.2),
    ("selu", 1.3, 0.05),
    ("sin", 4.0, 0.3),
    ("cos", 5.0, 0.1),
    ("gaussian", 20.0, 0.05),
    ("hard_tanh", 2.0, 1e-3),
]


@pytest.mark.slow
@pytest.mark.parametrize("name, weight_variance, bias_variance", LAYERS)
def test_iteration_from_variance_1_and_correlation_0_comes_there(name, weight_variance, bias_variance):
    found, maps = fixed_point(name, weight_variance, bias_variance), (weight_variance, bias_variance)
    variance, correlation = 1.0, 0.0
    for _ in range(300):
        variance = variance_map(name, variance, *maps)
    assert found.variance == pytest.approx(variance, rel=1e-9)
    for _ in range(40):
        correlation = correlation_map(name, correlation, variance, *maps)
    # What is left after 40 layers, as the depth scale has it; at most all there was.
    left = math.exp(-40 / found.depth_scale_correlation)
    assert abs(found.correlation - correlation) <= 3.0 * left + 1e-9
    assert found.slope == pytest.approx(correlation_slope(name, 1.0, variance, weight_variance), rel=1e-9)


@pytest.mark.parametrize("name, weight_variance, bias_variance", LAYERS)
def test_depth_scales_are_those_of_the_two_slopes(name, weight_variance, bias_variance):
    found = fixed_point(name, weight_variance, bias_variance)
    slope = abs(variance_slope(name, found.variance, weight_variance))
    assert found.depth_scale_variance == pytest.approx(-1 / math.log(slope), rel=1e-9)
    slope = correlation_slope(name, found.correlation, found.variance, weight_variance)
    assert 0.0 < slope < 1.0
    assert found.depth_scale_correlation == pytest.approx(-1 / math.log(slope), rel=1e-6)
    assert (found.correlation < 1.0) == (found.slope > 1.0)


@pytest.mark.parametrize("name, weight_variance", [("relu", 2.0), ("identity", 1.0), ("abs", 1.0)])
def test_where_every_variance_is_fixed_it_is_1_for_ever(name, weight_variance):
    found = fixed_point(name, weight_variance, 0.0)
    assert found.variance == found.correlation == 1.0
    assert found.slope == pytest.approx(1.0, abs=1e-12)
    assert found.depth_scale_variance == found.depth_scale_correlation == math.inf


def test_the_fixed_point_of_selu_is_1():
    found = fixed_point("selu", 1.0, 0.0)
    assert found.variance == pytest.approx(1.0, abs=1e-12)
    assert found.correlation == pytest.approx(0.0, abs=1e-9)
    assert found.depth_scale_variance == pytest.approx(
        -1 / math.log(CASES["selu"]["dvariance_dvariance"]), rel=1e-8
    )


def test_small_fixed_variances_are_found():
    # tanh(u)^2 = u^2 - 2 u^4 / 3, so that q is 1e-5 / 2 at weight variance 1 + 1e-5.
    assert fixed_point("tanh", 1.0 + 1e-5, 0.0).variance == pytest.approx(0.5e-5, rel=1e-3)
    assert fixed_point("relu", 2.0 - 1e-6, 0.5).variance == pytest.approx(1e6, rel=1e-6)


@pytest.mark.parametrize("name", ["mish", "hard_silu", "snake"])
def test_a_fixed_point_that_the_map_only_touches(name):
    point = half_stable_point(name)
    beside = point.variance * np.array([0.9, 1.1])
    moved = variance_map(name, beside, point.weight_variance, point.bias_variance) > beside
    assert moved[0] == moved[1]
    found = fixed_point(name, point.weight_variance, point.bias_variance)
    assert found.variance == pytest.approx(point.variance, rel=1e-6)
    assert found.slope == pytest.approx(1.0, abs=1e-9)
    assert found.depth_scale_variance > 1e6


def test_iteration_of_gelu_rests_before_its_half_stable_point():
    point = half_stable_point("gelu")
    found = fixed_point("gelu", point.weight_variance, point.bias_variance)
    assert found.variance == pytest.approx(3.035, abs=1e-3)
    assert 1e4 < found.depth_scale_variance < 2e4


@pytest.mark.parametrize(
    "slope, scale",
    [(math.exp(-0.25), 4.0), (-math.exp(-0.25), 4.0), (1.0, math.inf), (0.0, 0.0), (1 - 1e-11, math.inf)],
)
def test_depth_scales(slope, scale):
    assert depth_scale(slope) == pytest.approx(scale, rel=1e-12)


@pytest.mark.parametrize(
    "name, weight_variance, bias_variance, what",
    [
        ("relu", 2.0, 0.1, "diverges"),
        ("snake", 2.0, 0.1, "diverges"),
        ("exponential", 1.0, 0.1, "diverges"),
        ("tanh", 0.9, 0.0, "collapses to 0"),
        ("relu", 1.9, 0.0, "collapses to 0"),
        ("square", 1.0 / 3.0, 0.0, "is driven off the fixed point 1"),
    ],
)
def test_a_variance_that_does_not_come_to_rest(name, weight_variance, bias_variance, what):
    with pytest.raises(
        ValueError, match=f"must come to rest; got {name} with .* variance 1 {what}; use a smaller"
    ):
        fixed_point(name, weight_variance, bias_variance)


@pytest.mark.parametrize("weight_variance", [0.0, -1.0, math.nan, math.inf])
def test_a_weight_variance_that_is_none(weight_variance):
    with pytest.raises(
        ValueError, match=f"weight_variance must be finite and positive; got {weight_variance}; use"
    ):
        fixed_point("tanh", weight_variance, 0.1)


def test_a_negative_bias_variance():
    with pytest.raises(
        ValueError, match="bias_variance must be finite and not negative; got -0.1; a variance"
    ):
        fixed_point("tanh", 1.0, -0.1)


def test_an_activation_that_jumps():
    with pytest.raises(
        ValueError, match="fixed_point: activation must not jump; got hard_shrink, which jumps at"
    ):
        fixed_point("hard_shrink", 1.0, 0.1)
