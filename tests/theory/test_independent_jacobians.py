"""Jacobians and narrow networks: the theory held against networks simulated in numpy."""

import math

import numpy as np
import pytest

from bnact import theory
from tests.theory.wide_networks import PAIRS, normal_mean

WIDTH, DEPTH, NETWORKS = 150, 3, 60


ROTATION = np.linalg.qr(np.random.default_rng(1).normal(size=(WIDTH, WIDTH)))[0]


def drawn_weight(rng, weights):
    """Independent weights of variance 1 / width, or a rotation with rows and columns shuffled anew."""
    if weights == "normal":
        return rng.normal(size=(WIDTH, WIDTH)) / math.sqrt(WIDTH)
    signed = ROTATION * rng.choice([-1.0, 1.0], size=WIDTH)
    return signed[rng.permutation(WIDTH)][:, rng.permutation(WIDTH)]


def power_sums(name, rng, weights, variance, weight_variance):
    """Means of s and s^2 over the squared singular values s of the Jacobian of one network.

    Its biases keep the variance of the pre-activations.
    """
    pair = PAIRS[name]
    square = normal_mean(lambda z: pair.value(math.sqrt(variance) * z) ** 2)
    bias_variance = variance - weight_variance * square
    assert bias_variance >= 0.0
    h, jacobian = rng.normal(size=WIDTH) * math.sqrt(variance), np.eye(WIDTH)
    for _ in range(DEPTH):
        weight = drawn_weight(rng, weights) * math.sqrt(weight_variance)
        h = weight @ pair.value(h) + rng.normal(size=WIDTH) * math.sqrt(bias_variance)
        jacobian = pair.slope(h)[:, None] * (weight @ jacobian)
    return np.sum(jacobian**2) / WIDTH, np.sum((jacobian @ jacobian.T) ** 2) / WIDTH


@pytest.mark.parametrize("weights", ["normal", "orthogonal"])
@pytest.mark.parametrize("name, variance, weight_variance", [("tanh", 0.6, 1.3), ("relu", 1.0, 1.5)])
def test_moments_of_squared_singular_values(name, weights, variance, weight_variance):
    rng = np.random.default_rng(0)
    setting = (weights, variance, weight_variance)
    drawn = np.array([power_sums(name, rng, *setting) for _ in range(NETWORKS)])
    standard_errors = drawn.std(axis=0, ddof=1) / math.sqrt(NETWORKS)
    found = theory.jacobian_moments(name, DEPTH, variance, weight_variance, weights=weights)
    expected = np.array([found.mean, found.variance + found.mean**2])
    assert np.all(standard_errors < 0.05 * expected)
    away = np.abs(drawn.mean(axis=0) - expected)
    assert np.all(away < 3.0 * standard_errors + 0.02 * expected)  # what a finite width adds
    assert found.relative_variance == pytest.approx(found.variance / found.mean**2, rel=1e-12)


def test_rotations_of_a_linear_network_are_isometries():
    assert theory.jacobian_moments("identity", 7, 1.0, 1.0, weights="orthogonal").variance == pytest.approx(0)
    assert theory.jacobian_moments("identity", 7, 1.0, 1.0).variance == pytest.approx(7.0)


def scatter(squares):
    """E s^2 / (E s)^2, and its standard error from tenths of the sample."""
    of_tenths = [np.mean(part**2) / np.mean(part) ** 2 for part in np.split(squares, 10)]
    return np.mean(of_tenths), np.std(of_tenths, ddof=1) / math.sqrt(10)


@pytest.mark.parametrize("name, widths", [("relu", (9, 12)), ("identity", (4, 7, 5)), ("relu", (20,))])
def test_narrow_networks(name, widths):
    pair, networks, in_features = PAIRS[name], 100_000, 3
    rng = np.random.default_rng(0)
    y = np.broadcast_to(np.ones((in_features, 1)), (networks, in_features, 1))
    jacobian = np.broadcast_to(np.eye(in_features), (networks, in_features, in_features))
    for width in widths:
        weight = rng.normal(size=(networks, width, y.shape[1])) / math.sqrt(width)
        h = weight @ y
        y, jacobian = pair.value(h), pair.slope(h) * (weight @ jacobian)
    gradient = rng.normal(size=(networks, 1, widths[-1])) @ jacobian
    for squares, expected in [
        (np.sum(y**2, axis=(1, 2)), theory.length_scatter(name, widths)),
        (np.sum(gradient**2, axis=(1, 2)), theory.input_gradient_scatter(name, widths, in_features)),
    ]:
        found, standard_error = scatter(squares)
        assert standard_error < 0.02 * expected
        assert abs(found - expected) < 4.5 * standard_error


@pytest.mark.parametrize("name, order", [("step", 0), ("relu", 1), ("squared_relu", 2)])
def test_arc_cosine_kernels_drawn(name, order):
    rng, correlation = np.random.default_rng(0), 0.4
    z = np.linalg.cholesky([[1.0, correlation], [correlation, 1.0]]) @ rng.normal(size=(2, 1_000_000))
    value = (z > 0) * z**order
    products = value[0] * value[1] / np.mean(value**2)
    standard_error = products.std() / 1000.0
    assert abs(products.mean() - theory.arc_cosine_kernel(order, correlation)) < 4.0 * standard_error
    from_map = theory.correlation_map(name, correlation, 1.0, 2.0, 0.0)
    assert theory.arc_cosine_kernel(order, correlation) == pytest.approx(from_map, abs=1e-9)
