import functools
import math

import numpy as np
import pytest

from bnact.activations import ACTIVATIONS
from bnact.numerics import normal_expectation, pair_expectation

ERROR = 1e-10
NEAR = [1e-1, 1e-3, 1e-6, 1e-8, 1e-12, 1e-15]
CORRELATIONS = np.array([*(1 - np.array(NEAR)), *(np.array(NEAR) - 1), -1, -0.5, -1e-9, 0, 1e-9, 0.3, 0.7, 1])
ANGLE = np.arccos(CORRELATIONS)
SINE = np.sqrt((1 - CORRELATIONS) * (1 + CORRELATIONS))
RELU = (SINE + (math.pi - ANGLE) * CORRELATIONS) / (2 * math.pi)
STEP = (math.pi - ANGLE) / (2 * math.pi)
SQUARED_RELU = (3 * SINE * CORRELATIONS + (math.pi - ANGLE) * (1 + 2 * CORRELATIONS**2)) / (2 * math.pi)
TRUTHS = {
    "identity": CORRELATIONS,
    "square": 1 + 2 * CORRELATIONS**2,
    "relu": RELU,
    "squared_relu": SQUARED_RELU,
    "abs": 2 / math.pi * (SINE + CORRELATIONS * np.arcsin(CORRELATIONS)),
    "step": STEP,
    "sign": 2 / math.pi * np.arcsin(CORRELATIONS),
    "erf": 2 / math.pi * np.arcsin(2 * CORRELATIONS / 3),
    "gaussian_cdf": 0.25 + np.arcsin(CORRELATIONS / 2) / (2 * math.pi),
    "gaussian": 1 / np.sqrt(9 - 4 * CORRELATIONS**2),
    "sin": math.exp(-1) * np.sinh(CORRELATIONS),
    "cos": math.exp(-1) * np.cosh(CORRELATIONS),
    "exponential": np.exp(1 + CORRELATIONS),
}
SLOPES = {
    "relu": STEP,
    "abs": 2 / math.pi * np.arcsin(CORRELATIONS),
    "squared_relu": 4 * RELU,
    "square": 4 * CORRELATIONS,
    "erf": 4 / math.pi / np.sqrt(9 - 4 * CORRELATIONS**2),
    "sin": math.exp(-1) * np.cosh(CORRELATIONS),
    "gaussian": 4 * CORRELATIONS * (9 - 4 * CORRELATIONS**2) ** -1.5,
}


@pytest.mark.parametrize("name", TRUTHS)
def test_closed_forms_at_every_correlation(name):
    act = ACTIVATIONS[name]
    found = pair_expectation(act, act, CORRELATIONS, act.breakpoints, act.breakpoints)
    np.testing.assert_allclose(found, TRUTHS[name], rtol=0, atol=ERROR)


@pytest.mark.parametrize("name", SLOPES)
def test_closed_forms_of_derivatives(name):
    act = ACTIVATIONS[name]
    found = pair_expectation(act.derivative, act.derivative, CORRELATIONS, act.breakpoints, act.breakpoints)
    np.testing.assert_allclose(found, SLOPES[name], rtol=0, atol=ERROR)


def test_a_rule_that_knows_no_kinks_would_not_do():
    nodes, weights = np.polynomial.hermite_e.hermegauss(64)
    weights = weights / math.sqrt(2 * math.pi)
    second = 0.7 * nodes[:, None] + math.sqrt(1 - 0.49) * nodes
    plain = weights @ (np.maximum(nodes[:, None], 0) * np.maximum(second, 0)) @ weights
    truth = RELU[CORRELATIONS == 0.7]
    assert 1e-5 < abs(plain - truth) < 1e-2


def functions(name):
    act = ACTIVATIONS[name]
    return act, lambda z: np.square(act(z)), act.derivative


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_limits_of_every_activation(name):
    kinks = ACTIVATIONS[name].breakpoints
    mirrored = (*kinks, *(-kink for kink in kinks))
    for f in functions(name):
        found = pair_expectation(f, f, [-1.0, 0.0, 1.0], kinks, kinks)
        mean = functools.partial(normal_expectation, mean=0.0, deviation=1.0, kinks=mirrored)
        truth = [mean(lambda z, f=f: f(z) * f(-z)), mean(f) ** 2, mean(lambda z, f=f: np.square(f(z)))]
        np.testing.assert_allclose(found, np.array(truth), rtol=1e-13, atol=ERROR)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_either_may_be_the_inner_one_and_panels_do_not_matter(name):
    # The value and the derivative have other kinks than each other, and as inner ones other smoothed kinks.
    act, correlation = ACTIVATIONS[name], np.array([-0.9999, -0.4, 0.8, 1 - 1e-8])
    kinks, finer = act.breakpoints, (*act.breakpoints, -2.2, -0.51, 0.013, 1.7)
    one = pair_expectation(act, act.derivative, correlation, kinks, kinks)
    other = pair_expectation(act.derivative, act, correlation, kinks, kinks)
    refined = pair_expectation(act, act.derivative, correlation, finer, finer)
    np.testing.assert_allclose(other, one, rtol=1e-12, atol=ERROR)
    np.testing.assert_allclose(refined, one, rtol=1e-12, atol=ERROR)


@pytest.mark.parametrize("name", ["tanh", "hard_tanh", "gelu", "selu", "relu6"])
def test_the_slope_by_the_correlation_is_that_of_the_derivatives(name):
    # d E phi phi / dc = E phi' phi', summed over the angle by a rule of its own.
    act = ACTIVATIONS[name]
    nodes, weights = np.polynomial.legendre.leggauss(24)
    angle = (nodes + 1) * math.pi / 4
    slopes = pair_expectation(act.derivative, act.derivative, np.cos(angle), act.breakpoints, act.breakpoints)
    summed = float(np.sum(weights * slopes * np.sin(angle)) * math.pi / 4)
    ends = pair_expectation(act, act, np.array([0.0, 1.0]), act.breakpoints, act.breakpoints)
    assert summed == pytest.approx(float(np.diff(ends)[0]), abs=1e-9)


def test_two_functions_with_kinks_of_their_own():
    # E max(z1, 0) 1[z2 > 1] = int_1^inf n(z2) E max(c z2 + r t, 0)
    c, r = 0.6, 0.8

    def inner(z):
        ratio = c * z / r
        lower = np.array([math.erfc(-each / math.sqrt(2)) / 2 for each in ratio])
        return (z > 1.0) * r * (np.exp(-(ratio**2) / 2) / math.sqrt(2 * math.pi) + ratio * lower)

    found = pair_expectation(lambda z: np.maximum(z, 0.0), lambda z: (z > 1.0) * 1.0, c, (0.0,), (1.0,))
    assert found == pytest.approx(normal_expectation(inner, 0.0, 1.0, (1.0,)), abs=ERROR)


def test_a_number_gives_a_float_and_an_array_its_shape():
    assert isinstance(pair_expectation(np.cos, np.cos, 0.5), float)
    assert np.shape(pair_expectation(np.cos, np.sin, np.zeros((2, 3)))) == (2, 3)
    assert np.shape(pair_expectation(np.cos, np.sin, np.zeros(0))) == (0,)


@pytest.mark.parametrize("correlation", [1.0 + 1e-9, -2.0, math.nan])
def test_a_correlation_that_is_none(correlation):
    with pytest.raises(ValueError, match=f"correlation must be within .-1, 1.; got {correlation}; clip"):
        pair_expectation(np.cos, np.cos, correlation)


def test_a_kink_that_is_not_finite():
    with pytest.raises(ValueError, match="pair_expectation: kinks must be finite; got .inf,.; leave"):
        pair_expectation(np.cos, np.cos, 0.5, (), (math.inf,))


@pytest.mark.parametrize("f", [lambda z: np.exp(9.0 * z), lambda z: np.where(z > 3.0, np.nan, z)])
def test_a_function_that_has_no_mean(f):
    with pytest.raises(ValueError, match="f and g must be finite and resolved .* for correlation=0.5; bound"):
        pair_expectation(f, np.cos, 0.5)


def test_a_function_in_float32():
    with pytest.raises(TypeError, match="must compute in float64; got float32"):
        pair_expectation(lambda z: z.astype(np.float32), np.cos, 0.5)
