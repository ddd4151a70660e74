import json
import math
import pathlib

import numpy as np
import pytest

from bnact.activations import ACTIVATIONS, selu, threshold
from bnact.numerics.quadrature import expectation
from bnact.theory import moment_map_jacobian, self_normalizing_constants, standardizing_constants

CASE = json.loads((pathlib.Path(__file__).parents[2] / "reference_cases.json").read_text())["selu"]
EXACT = 1e-12


def test_the_constants_of_selu_are_found():
    found = self_normalizing_constants("elu")
    assert abs(found.scale - CASE["scale"]) < EXACT
    assert abs(found.alpha - CASE["alpha"]) < EXACT
    assert abs(found.scale - selu().derivative(np.float64(1.0))) < 1e-6


def test_elus_of_other_slopes_give_the_same_network():
    for alpha in (0.5, 3.0):
        found = self_normalizing_constants(f"elu(alpha={alpha})")
        assert found.scale == pytest.approx(CASE["scale"], rel=EXACT)
        assert found.alpha * alpha == pytest.approx(CASE["alpha"], rel=EXACT)


def test_its_jacobian_and_stability():
    found = self_normalizing_constants()
    np.testing.assert_allclose(found.jacobian, moment_map_jacobian("selu", 0.0, 1.0), rtol=1e-12)
    np.testing.assert_allclose(
        sorted(np.abs(found.eigenvalues)), [0.0, CASE["dvariance_dvariance"]], atol=CASE["analytic"]
    )
    assert found.stable
    # With weights that sum to 1 a mean grows: its own slope is E selu' = 1.07.
    assert not self_normalizing_constants(weight_sum=1.2).stable
    assert np.max(np.abs(self_normalizing_constants(weight_sum=1.2).eigenvalues)) > 1.0


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_mean_0_and_variance_1_with_a_factor_for_the_negative_half(name):
    act = ACTIVATIONS[name]
    splits = (*act.breakpoints, 0.0)
    above, below = (expectation(lambda z, s=s: np.asarray(act(z)) * (s * z > 0), splits) for s in (1.0, -1.0))
    if above * below >= 0.0:
        with pytest.raises(ValueError, match="must have means of opposite signs"):
            self_normalizing_constants(name)
        return
    scale, alpha, *_ = self_normalizing_constants(name)

    def bent(z):
        return scale * np.asarray(act(z)) * np.where(z > 0.0, 1.0, alpha)

    assert alpha > 0.0
    assert abs(expectation(bent, splits)) < EXACT
    assert abs(expectation(lambda z: bent(z) ** 2, splits) - 1.0) < EXACT


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_mean_0_and_variance_1_with_a_shift(name):
    act, (scale, shift, slopes, eigenvalues, stable) = ACTIVATIONS[name], standardizing_constants(name)

    def standardized(z):
        return scale * (act(z) - shift)

    assert abs(expectation(standardized, act.breakpoints)) < EXACT
    assert abs(expectation(lambda z: standardized(z) ** 2, act.breakpoints) - 1.0) < EXACT
    expected = moment_map_jacobian(name, 0.0, 1.0) * np.array([[scale], [scale**2]])
    np.testing.assert_allclose(slopes, expected, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(sorted(np.abs(eigenvalues)), [0.0, abs(slopes[1, 1])], atol=1e-12)
    assert stable == (abs(slopes[1, 1]) < 1.0 - 1e-9)


@pytest.mark.parametrize("name", ["identity", "relu", "leaky_relu", "abs"])
def test_what_keeps_every_variance_is_not_stable(name):
    found = standardizing_constants(name)
    assert np.max(np.abs(found.eigenvalues)) == pytest.approx(1.0, abs=1e-12)
    assert not found.stable


@pytest.mark.parametrize("name, stable", [("tanh", True), ("square", False), ("exponential", False)])
def test_iterating_the_layer_goes_where_the_stability_says(name, stable):
    act, (scale, _, *_, said) = ACTIVATIONS[name], standardizing_constants(name)
    variance = 1.0 + (start := 1e-3)
    for _ in range(5):
        spread = math.sqrt(variance)
        splits = [point / spread for point in act.breakpoints]
        mean = expectation(lambda z, spread=spread: act(spread * z), splits)
        variance = scale**2 * expectation(lambda z, s=spread, m=mean: (act(s * z) - m) ** 2, splits)
    assert said == stable == (abs(variance - 1.0) < start)


def test_what_is_refused():
    with pytest.raises(ValueError, match="opposite signs; got 0.3989 for z > 0 and 0 for z < 0 of relu; use"):
        self_normalizing_constants("relu")
    with pytest.raises(ValueError, match="must vary .*; got a variance of 0 for threshold.*; use one"):
        standardizing_constants(threshold(at=1000.0))
    for constants in (self_normalizing_constants, standardizing_constants):
        with pytest.raises(
            ValueError, match=f"{constants.__name__}: weight_sum must be finite; got nan; use 0"
        ):
            constants("elu", weight_sum=math.nan)
        with pytest.raises(ValueError, match="nearest: elu"):
            constants("leu")
