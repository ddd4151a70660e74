"""Theory without a norm, held against closed forms and against random networks simulated in numpy."""

import functools
import math

import numpy as np
import pytest
from scipy.optimize import brentq

from bnact import theory
from tests.theory.wide_networks import PAIRS, moments_by_layer

CORRELATIONS = np.array([-1.0, -1.0 + 1e-12, -0.99, -0.5, 0.0, 1e-8, 0.3, 0.9, 0.999999, 1.0 - 1e-12, 1.0])


# E phi(u1) phi(u2), u1 and u2 normal with mean 0, variance q and correlation c.
def _sin(c, q):
    return (np.exp(-q * (1 - c)) - np.exp(-q * (1 + c))) / 2


def _cos(c, q):
    return (np.exp(-q * (1 - c)) + np.exp(-q * (1 + c))) / 2


def _relu(c, q):
    return q * (np.sqrt(1 - c**2) + c * (np.pi - np.arccos(c))) / (2 * np.pi)


CLOSED_FORMS = {
    "identity": lambda c, q: q * c,
    "square": lambda c, q: q**2 * (1 + 2 * c**2),
    "relu": _relu,
    "leaky_relu": lambda c, q: 0.99**2 * _relu(c, q) + 0.01 * q * c,
    "abs": lambda c, q: 2 * q * (np.sqrt(1 - c**2) + c * np.arcsin(c)) / np.pi,
    "erf": lambda c, q: 2 / np.pi * np.arcsin(2 * q * c / (1 + 2 * q)),
    "gaussian_cdf": lambda c, q: 0.25 + np.arcsin(q * c / (1 + q)) / (2 * np.pi),
    "step": lambda c, q: 0.25 + np.arcsin(c) / (2 * np.pi),
    "sin": _sin,
    "cos": _cos,
    "exponential": lambda c, q: np.exp(q * (1 + c)),
}


@pytest.mark.parametrize("variance", [1e-3, 0.3, 1.0, 3.0])
@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_maps_in_closed_form(name, variance):
    weights, biases = 1.3, 0.2
    moment = CLOSED_FORMS[name](CORRELATIONS, variance)
    q = weights * CLOSED_FORMS[name](1.0, variance) + biases
    assert theory.variance_map(name, variance, weights, biases) == pytest.approx(q, rel=1e-10)
    found = theory.correlation_map(name, CORRELATIONS, variance, weights, biases)
    np.testing.assert_allclose(found, (weights * moment + biases) / q, atol=1e-9, rtol=0)


@pytest.mark.parametrize("variance", [0.3, 4.0])
def test_slopes_in_closed_form(variance):
    cosine = _cos(CORRELATIONS, variance)
    found = theory.correlation_slope("sin", CORRELATIONS, variance, 1.3)
    np.testing.assert_allclose(found, 1.3 * cosine, atol=1e-9, rtol=0)
    step = 0.25 + np.arcsin(CORRELATIONS) / (2 * np.pi)
    found = theory.correlation_slope("relu", CORRELATIONS, variance, 2.0)
    np.testing.assert_allclose(found, 2.0 * step, atol=1e-9, rtol=0)


# -------------------------------------------------------------------------------------- fixed points


@pytest.mark.parametrize("weights, biases", [(0.5, 0.1), (0.9, 2.0)])
def test_fixed_points_of_lines(weights, biases):
    for name, share in (("identity", 1.0), ("relu", 0.5), ("abs", 1.0)):
        found = theory.fixed_point(name, weights, biases)
        assert found.variance == pytest.approx(biases / (1 - share * weights), rel=1e-9)
        assert found.slope == pytest.approx(share * weights, rel=1e-9)
        assert found.correlation == pytest.approx(1.0, abs=1e-7)
        assert found.depth_scale_variance == pytest.approx(-1 / math.log(share * weights), rel=1e-6)
        assert found.depth_scale_correlation == pytest.approx(-1 / math.log(share * weights), rel=1e-6)


def test_where_every_variance_of_relu_is_fixed():
    found = theory.fixed_point("relu", 2.0, 0.0)
    assert (found.variance, found.slope, found.correlation) == pytest.approx((1.0, 1.0, 1.0), abs=1e-6)


def root(f):
    return float(brentq(f, 1e-9, 50.0, xtol=1e-14))  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("bias_variance", [0.01, 0.1, 1.0])
def test_edge_of_chaos_of_sin(bias_variance):
    # With phi = sin the slope 1 and the fixed variance q give q = tanh(q) + bias variance.
    q = root(lambda q: q - math.tanh(q) - bias_variance)
    expected = 2 / (1 + math.exp(-2 * q))
    assert theory.edge_of_chaos("sin", bias_variance) == pytest.approx(expected, rel=1e-8)
    assert theory.fixed_point("sin", expected, bias_variance).variance == pytest.approx(q, rel=1e-6)


@pytest.mark.parametrize("bias_variance", [0.01, 0.3])
def test_edge_of_chaos_of_erf(bias_variance):
    def weights(q):
        return math.pi / 4 * math.sqrt(1 + 4 * q)

    def excess(q):
        return q - bias_variance - weights(q) * 2 / math.pi * math.asin(2 * q / (1 + 2 * q))

    q = root(excess)
    assert theory.edge_of_chaos("erf", bias_variance) == pytest.approx(weights(q), rel=1e-8)


# --------------------------------------------------------------------------------- simulated networks

SIMULATED = ("relu", "tanh", "sigmoid", "silu", "softplus", "selu", "hard_tanh", "sin")
WEIGHTS, BIASES, START, DEPTH = 1.5, 0.2, 0.3, 4


@functools.cache
def networks(name):
    """(networks, layers, 2, 2) second moments of two inputs that begin with correlation 0.3."""
    setting = {"start": [[1.0, START], [START, 1.0]], "weight_variance": WEIGHTS, "bias_variance": BIASES}
    return moments_by_layer(PAIRS[name], np.random.default_rng(0), **setting, depth=DEPTH)


def mapped(name, weights=WEIGHTS, biases=BIASES):
    """The variance and the correlation that the maps give, layer by layer."""
    variance, correlation, layers = 1.0, START, []
    for _ in range(DEPTH):
        correlation = theory.correlation_map(name, correlation, variance, weights, biases)
        variance = theory.variance_map(name, variance, weights, biases)
        layers.append((variance, correlation))
    return np.array(layers).T


def deviations(found, expected):
    """How far networks are from what is expected, in standard errors, and these relative to it."""
    standard_error = found.std(axis=0, ddof=1) / math.sqrt(len(found))
    return np.abs(found.mean(axis=0) - expected) / standard_error, standard_error / expected


@pytest.mark.parametrize("name", SIMULATED)
def test_maps_against_simulated_networks(name):
    moments, (variance, correlation) = networks(name), mapped(name)
    covariance = moments[..., 0, 1]
    for found, expected in ((moments[..., 0, 0], variance), (covariance, variance * correlation)):
        away, relative = deviations(found, expected)
        assert np.all(relative < 0.01)
        assert np.all(away < 4.0)


@pytest.mark.parametrize("wrong", [{"weights": 1.1 * WEIGHTS}, {"biases": 0.0}])
@pytest.mark.parametrize("name", ["relu", "tanh"])
def test_a_wrong_map_is_caught(name, wrong):
    away, _ = deviations(networks(name)[..., 0, 0], mapped(name, **wrong)[0])
    assert np.max(away) > 8.0


# --------------------------------------------------------------------------------------------- kernels


def test_kernels_of_relu_in_closed_form():
    """Cho and Saul's kernels, for inputs of any lengths."""
    x = np.random.default_rng(0).normal(size=(5, 3))
    gram, weights, biases, depth = x @ x.T / 3, 1.7, 0.3, 3
    covariance = tangent = weights * gram + biases
    for _ in range(depth):
        lengths = np.sqrt(np.diag(covariance))
        cosine = np.clip(covariance / np.outer(lengths, lengths), -1.0, 1.0)
        values = np.outer(lengths, lengths) * _relu(cosine, 1.0)
        slopes = 0.25 + np.arcsin(cosine) / (2 * np.pi)
        covariance = weights * values + biases
        tangent = covariance + weights * slopes * tangent
    found = theory.nngp_kernel("relu", gram, depth, weights, biases)
    np.testing.assert_allclose(found, covariance, atol=1e-8)
    found = theory.neural_tangent_kernel("relu", gram, depth, weights, biases)
    np.testing.assert_allclose(found, tangent, atol=1e-7)


def test_kernels_are_maps():
    gram = np.array([[1.0, 0.3], [0.3, 1.0]])
    found = theory.nngp_kernel("tanh", gram, 1, 1.5, 0.0)
    assert found[0, 0] == pytest.approx(theory.variance_map("tanh", 1.5, 1.5, 0.0), rel=1e-10)
    correlation = theory.correlation_map("tanh", 0.3, 1.5, 1.5, 0.0)
    assert found[0, 1] / found[0, 0] == pytest.approx(correlation, abs=1e-9)
