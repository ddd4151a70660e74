import math
import re

import numpy as np
import pytest

from bnact.activations import ACTIVATIONS
from bnact.theory import correlation_map, correlation_slope, mean_map, variance_map, variance_slope

VARIANCES = np.array([1e-8, 1e-3, 0.4, 1.0, 7.0, 1e3, 1e6])
CORRELATIONS = np.array([-1.0, -0.6, 0.0, 0.3, 1.0 - 1e-8, 1.0])
WEIGHTS, BIASES = 1.7, 0.3


def erf_of_pair(variance, correlation):
    return 2 / math.pi * np.arcsin(2 * variance * correlation / (1 + 2 * variance))


def relu_of_pair(variance, correlation):
    angle = np.arccos(correlation)
    return variance * (np.sin(angle) + (math.pi - angle) * correlation) / (2 * math.pi)


def sin_of_pair(variance, correlation):
    # exp(-q) sinh(q c), as differences that do not overflow
    return (np.exp(-variance * (1 - correlation)) - np.exp(-variance * (1 + correlation))) / 2


def gaussian_of_pair(variance, correlation):
    return 1 / np.sqrt((1 + 2 * variance) ** 2 - (2 * variance * correlation) ** 2)


PAIRS = {"erf": erf_of_pair, "relu": relu_of_pair, "sin": sin_of_pair, "gaussian": gaussian_of_pair}


@pytest.mark.parametrize("name", PAIRS)
def test_variances_in_closed_form(name):
    found = variance_map(name, VARIANCES, WEIGHTS, BIASES)
    np.testing.assert_allclose(found, WEIGHTS * PAIRS[name](VARIANCES, 1.0) + BIASES, rtol=1e-11)


@pytest.mark.parametrize("name", PAIRS)
def test_correlations_in_closed_form(name):
    variance, correlation = VARIANCES[2:6, None], CORRELATIONS
    pair, square = PAIRS[name](variance, correlation), PAIRS[name](variance, 1.0)
    found = correlation_map(name, correlation, variance, WEIGHTS, BIASES)
    assert np.shape(found) == (4, 6)
    np.testing.assert_allclose(found, (WEIGHTS * pair + BIASES) / (WEIGHTS * square + BIASES), atol=1e-10)


def test_slopes_of_correlation_in_closed_form():
    variance, correlation = VARIANCES[2:6, None], CORRELATIONS
    both = (1 + 2 * variance) ** 2 - (2 * variance * correlation) ** 2
    found = correlation_slope("erf", correlation, variance, WEIGHTS)
    np.testing.assert_allclose(found, WEIGHTS * 4 / math.pi / np.sqrt(both), rtol=1e-7)
    found = correlation_slope("relu", correlation, variance, 2.0)
    np.testing.assert_allclose(
        found, np.broadcast_to(1 - np.arccos(correlation) / math.pi, (4, 6)), atol=1e-10
    )


def test_slopes_of_variance_in_closed_form():
    truth = 4 / math.pi / np.sqrt(1 + 4 * VARIANCES) / (1 + 2 * VARIANCES)
    np.testing.assert_allclose(variance_slope("erf", VARIANCES, 1.0), truth, rtol=1e-7, atol=1e-16)
    np.testing.assert_allclose(variance_slope("relu", VARIANCES, 2.0), 1.0, rtol=1e-11)
    # A step has the mean square 1/2 at every variance, a sign 1.
    np.testing.assert_allclose(variance_slope("sign", VARIANCES[2:], 1.0), 0.0, atol=1e-14)


def test_means_in_closed_form():
    mean, deviation = np.array([[-2.0], [0.0], [0.7]]), np.sqrt(VARIANCES)
    ratio = mean / deviation
    below = np.vectorize(math.erfc)(-ratio / math.sqrt(2)) / 2
    relu = deviation * np.exp(-(ratio**2) / 2) / math.sqrt(2 * math.pi) + mean * below
    np.testing.assert_allclose(mean_map("relu", mean, VARIANCES), relu, rtol=1e-10, atol=1e-15)
    step = np.vectorize(math.erfc)(-ratio / math.sqrt(2)) / 2
    np.testing.assert_allclose(mean_map("step", mean, VARIANCES), step, atol=1e-10)
    erf = np.vectorize(math.erf)(mean / np.sqrt(1 + 2 * VARIANCES))
    np.testing.assert_allclose(mean_map("erf", mean, VARIANCES), erf, atol=1e-10)
    sin = np.sin(mean) * np.exp(-VARIANCES / 2)
    np.testing.assert_allclose(mean_map("sin", mean, VARIANCES), sin, atol=1e-10)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slopes_are_differences_of_the_maps(name):
    act, q, step = ACTIVATIONS[name], 0.8, 1e-4
    sides = np.array([-1.0, 1.0])
    change = float(np.diff(variance_map(act, q + step * sides, WEIGHTS, BIASES))[0]) / (2 * step)
    assert variance_slope(act, q, WEIGHTS) == pytest.approx(change, rel=1e-6, abs=1e-7)
    if act.jumps:
        return
    # At a variance that is not fixed, in the ratio of the two variances.
    ratio = q / variance_map(act, q, WEIGHTS, BIASES)
    change = float(np.diff(correlation_map(act, 0.4 + step * sides, q, WEIGHTS, BIASES))[0]) / (2 * step)
    assert correlation_slope(act, 0.4, q, WEIGHTS) * ratio == pytest.approx(change, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("name", ["tanh", "gelu", "hard_tanh", "step"])
def test_equal_inputs_stay_equal_and_no_correlation_leaves_the_interval(name):
    found = correlation_map(name, np.linspace(-1.0, 1.0, 9), 2.0, WEIGHTS, 0.0)
    assert np.asarray(found)[-1] == pytest.approx(1.0, abs=1e-12)
    assert np.all(np.abs(found) <= 1.0)


def test_numbers_give_floats_and_arrays_their_shape():
    assert isinstance(variance_map("relu", 1.0, 2.0, 0.0), float)
    assert isinstance(mean_map("relu", 0.0, 1.0), float)
    assert isinstance(correlation_map("relu", 0.5, 1.0, 2.0, 0.0), float)
    assert isinstance(correlation_slope("relu", 0.5, 1.0, 2.0), float)
    assert isinstance(variance_slope("relu", 1.0, 2.0), float)
    assert np.shape(variance_map("relu", np.ones((2, 1)), np.ones(3), 0.0)) == (2, 3)
    assert np.shape(correlation_map("relu", np.zeros(2), 1.0, np.ones((3, 1)), 0.0)) == (3, 2)
    assert np.shape(correlation_slope("relu", np.zeros(2), np.ones((3, 1)), 1.0)) == (3, 2)


def test_no_variance_is_the_value_at_0():
    assert variance_map("sigmoid", 0.0, 4.0, 0.5) == pytest.approx(1.5, abs=1e-14)
    assert mean_map("sigmoid", 1.0, 0.0) == pytest.approx(1 / (1 + math.exp(-1.0)), abs=1e-14)


def test_an_activation_narrow_for_its_input():
    # tanh of an input of deviation 1e4 is a sign but for a share of 1e-4
    slope = correlation_slope("tanh", 1.0, 1e8, 1.0)
    assert slope == pytest.approx(4 / 3 / math.sqrt(2 * math.pi) / 1e4, rel=1e-7)
    assert variance_map("tanh", 1e8, 1.0, 0.0) == pytest.approx(
        1 - 2 / math.sqrt(2 * math.pi) / 1e4, abs=1e-9
    )


BAD = {
    "variance": lambda: variance_map("relu", -1.0, 1.0, 0.0),
    "weight_variance": lambda: variance_slope("relu", 1.0, [1.0, -2.0]),
    "bias_variance": lambda: correlation_map("relu", 0.0, 1.0, 1.0, math.nan),
}


@pytest.mark.parametrize("argument", BAD)
def test_a_variance_that_is_none(argument):
    with pytest.raises(
        ValueError, match=f": {argument} must be finite and not negative; got .*; a variance is"
    ):
        BAD[argument]()


@pytest.mark.parametrize("call", [correlation_map, correlation_slope])
@pytest.mark.parametrize("correlation", [1.1, -2.0, math.nan])
def test_a_correlation_that_is_none(call, correlation):
    biases = (0.0,) if call is correlation_map else ()
    with pytest.raises(ValueError, match=f"correlation must be within .-1, 1.; got {correlation}; clip"):
        call("relu", correlation, 1.0, 1.0, *biases)


def test_what_has_no_correlation():
    with pytest.raises(
        ValueError, match="correlation_map: variance must be finite and positive; got 0.0; use"
    ):
        correlation_map("relu", 0.5, 0.0, 1.0, 0.0)
    with pytest.raises(ValueError, match="the variance after the layer must be finite and positive; got 0.0"):
        correlation_map("relu", 0.5, 1.0, 0.0, 0.0)


def test_the_slope_of_an_activation_that_jumps():
    with pytest.raises(
        ValueError, match=r"activation must not jump; got sign, which jumps at \(0.0,\): .*; use"
    ):
        correlation_slope("sign", 0.5, 1.0, 1.0)


@pytest.mark.parametrize("name, variance", [("exponential", 50.0), ("sin", 1e10)])
def test_a_variance_too_large_for_the_activation(name, variance):
    shown = re.escape(f"got {name} at variance={variance:g}, where phi overflows")
    with pytest.raises(ValueError, match=f"variance_map: .*{shown}.*; lower the variance"):
        variance_map(name, np.array([1.0, variance]), 1.0, 0.0)


def test_an_unknown_activation():
    with pytest.raises(ValueError, match="nearest: tanh"):
        variance_map("tahn", 1.0, 1.0, 0.0)
