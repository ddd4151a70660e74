"""The symmetric point of a batch and residual networks, held against draws and networks in numpy."""

import math

import numpy as np
import pytest

from bnact import theory
from tests.theory.wide_networks import PAIRS, back_through_norm, normal_mean, normalized

# ------------------------------------------------------------------- deviations from the symmetric point


def deviations(batch_size):
    """A deviation of each kind: of an example's variance, and of the correlation of pairs."""
    center = np.eye(batch_size) - 1.0 / batch_size
    of_pairs = np.zeros((batch_size, batch_size))
    for (i, j), sign in {(0, 1): 1, (2, 3): 1, (0, 3): -1, (1, 2): -1}.items():
        of_pairs[i, j] = of_pairs[j, i] = sign
    return center @ np.diag([1.0, -1.0] + [0.0] * (batch_size - 2)) @ center, of_pairs


def next_moments(pair, moments, z, scale, shift):
    """G E[phi phi^T] G of a batch with these centered second moments."""
    values, vectors = np.linalg.eigh(moments)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    output = pair.value(scale * normalized(z @ root, 1).output + shift)
    output -= output.mean(axis=1, keepdims=True)
    return output.T @ output / len(z)


def drawn_eigenvalues(pair, batch_size, scale, shift, draws=200_000, step=0.05):
    """What a layer multiplies a small deviation of each kind by; both sides of it with the same draws."""
    center = np.eye(batch_size) - 1.0 / batch_size
    z = np.random.default_rng(0).normal(size=(draws, batch_size))
    found = []
    for deviation in deviations(batch_size):
        up, down = (
            next_moments(pair, center + sign * step * deviation, z, scale, shift) for sign in (1.0, -1.0)
        )
        variance = np.trace(up + down) / 2.0 / (batch_size - 1)
        change = (up - down) / (2.0 * step * variance)
        found.append(np.sum(change * deviation) / np.sum(deviation**2))
    return found


@pytest.mark.parametrize(
    "name, batch_size, scale, shift",
    [
        ("relu", 8, 1.0, 0.0),
        ("relu", 16, 1.0, -0.5),
        ("silu", 16, 1.0, 0.0),
        ("tanh", 6, 2.0, 0.3),
        ("identity", 5, 1.0, 0.0),
    ],
)
def test_eigenvalues_drawn(name, batch_size, scale, shift):
    point = theory.symmetric_point(name, batch_size, scale=scale, shift=shift)
    of_example, of_pair = drawn_eigenvalues(PAIRS[name], batch_size, scale, shift)
    assert point.example_eigenvalue == pytest.approx(of_example, abs=0.02)
    assert point.pair_eigenvalue == pytest.approx(of_pair, abs=0.02)


@pytest.mark.parametrize("name", ["relu", "tanh", "silu", "softplus", "sigmoid"])
def test_eigenvalues_of_an_infinite_batch(name):
    pair, point = PAIRS[name], theory.symmetric_point(name)
    mean = normal_mean(pair.value)
    variance = normal_mean(lambda z: (pair.value(z) - mean) ** 2)
    of_example = normal_mean(lambda z: z * pair.slope(z) * (pair.value(z) - mean)) / variance
    assert point.example_eigenvalue == pytest.approx(of_example, abs=1e-5)
    assert point.pair_eigenvalue == pytest.approx(normal_mean(pair.slope) ** 2 / variance, abs=1e-5)


def test_relu_is_just_stable_in_an_infinite_batch():
    assert theory.symmetric_point("relu").example_eigenvalue == pytest.approx(1.0, abs=1e-10)


@pytest.mark.parametrize("name", ["gelu", "silu", "softplus", "hard_silu"])
def test_those_that_drift_are_told_of(name):
    assert theory.symmetric_point(name).example_eigenvalue > 1.0
    with pytest.warns(theory.DriftWarning, match=name):
        theory.batch_norm_rate(name)


@pytest.mark.parametrize("name", ["relu", "tanh", "sigmoid", "selu", "identity"])
def test_those_that_stay_are_not(name):
    for batch_size in (8, 64, 512, None):
        assert theory.symmetric_point(name, batch_size).example_eigenvalue < 1.0 + 1e-9
        theory.batch_norm_rate(name, batch_size)  # a warning would be an error


@pytest.mark.filterwarnings("ignore::bnact.theory.DriftWarning")
@pytest.mark.parametrize("name", ["relu", "tanh", "silu"])
@pytest.mark.parametrize("batch_size", [5, 64, None])
def test_the_rate_of_the_point_is_the_rate(name, batch_size):
    point = theory.symmetric_point(name, batch_size, scale=1.3, shift=0.2)
    rate = theory.batch_norm_rate(name, batch_size, scale=1.3, shift=0.2)
    assert point.rate == pytest.approx(rate, rel=1e-12)


# ----------------------------------------------------------------------------------- residual networks


def residual_network(pair, rng, axis, examples, depth, width=512):
    """Variances of x after each block x -> x + W phi(norm(x)), and what each multiplies a gradient by."""
    x, blocks = rng.normal(size=(examples, width)), []
    variances = [spread(x, axis)]
    for _ in range(depth):
        weight, norm = rng.normal(size=(width, width)) / math.sqrt(width), normalized(x, axis)
        blocks.append((norm, weight))
        x = x + pair.value(norm.output) @ weight
        variances.append(spread(x, axis))
    # A loss that sees differences between examples alone: what a norm above would hand down.
    gradient, growth = normalized(rng.normal(size=x.shape), axis).output, []
    for norm, weight in reversed(blocks):
        inner = (gradient @ weight.T) * pair.slope(norm.output)
        before = gradient + back_through_norm(inner, norm, axis)
        growth.append(np.sum(before**2) / np.sum(gradient**2))
        gradient = before
    return variances, growth[::-1]


def spread(x, axis):
    return np.mean(np.var(x, axis=0, ddof=1)) if axis == 0 else np.mean(x**2)


@pytest.mark.parametrize("name, norm, examples", [("relu", "batch", 16), ("tanh", "layer", 16)])
def test_residual_networks(name, norm, examples):
    rng, axis, depth = np.random.default_rng(0), 0 if norm == "batch" else 1, 6
    drawn = [residual_network(PAIRS[name], rng, axis, examples, depth) for _ in range(8)]
    variances, growth = (np.mean(each, axis=0) for each in zip(*drawn, strict=True))
    found = theory.residual_growth(name, depth, norm, batch_size=examples if norm == "batch" else None)
    np.testing.assert_allclose(variances, found.variance, rtol=0.02)
    np.testing.assert_allclose(growth, found.gradient, rtol=0.02)
