import math

import numpy as np
import pytest

from bnact.activations import get
from bnact.numerics.evaluation import evaluate
from bnact.theory import batch_norm_rate, symmetric_point

DRIFTING = ("gelu", "silu", "softplus", "hard_silu", "squared_relu", "soft_shrink")
STAYING = ("relu", "leaky_relu", "abs", "identity", "tanh", "sigmoid", "elu", "selu", "hard_tanh")


@pytest.mark.parametrize("name", DRIFTING)
@pytest.mark.parametrize("size", [256, None])
def test_what_leaves_the_point_at_large_batches(name, size):
    assert not symmetric_point(name, size).stable


@pytest.mark.parametrize("name", STAYING)
@pytest.mark.parametrize("size", [4, 16, 64, 256, None])
def test_what_stays(name, size):
    assert symmetric_point(name, size).stable


@pytest.mark.parametrize("name", ["gelu", "silu", "softplus", "hard_silu", "mish"])
def test_small_batches_stay(name):
    assert symmetric_point(name, 16).stable


@pytest.mark.parametrize("name, degree", [("relu", 1), ("abs", 1), ("squared_relu", 2), ("square", 2)])
def test_the_degree_of_a_homogeneous_activation_is_its_eigenvalue(name, degree):
    assert symmetric_point(name).example_eigenvalue == pytest.approx(degree, abs=1e-9)


@pytest.mark.parametrize("size", [4, 7, 64])
def test_of_the_identity(size):
    # E u1^4 = 3 / (n (n + 2)) in n dimensions: a deviation shrinks by n / (n + 2), n = B - 1, of both kinds.
    point = symmetric_point("identity", size)
    assert point.variance == pytest.approx(1.0, abs=1e-12)
    assert point.correlation == pytest.approx(-1.0 / (size - 1), abs=1e-12)
    assert point.example_eigenvalue == pytest.approx((size - 1) / (size + 1), abs=1e-12)
    assert point.pair_eigenvalue == pytest.approx((size - 1) / (size + 1), abs=1e-12)


def test_of_relu_in_an_infinite_batch():
    point = symmetric_point("relu")
    assert point.variance == pytest.approx(0.5, abs=1e-12)
    assert point.correlation == pytest.approx(1.0 / math.pi, abs=1e-12)
    assert point.pair_eigenvalue == pytest.approx(0.25 / (0.5 - 0.5 / math.pi), abs=1e-12)


@pytest.mark.parametrize("name", ["relu", "hard_silu", "tanh"])
@pytest.mark.parametrize("size", [4, 7])
def test_the_eigenvalues_are_those_of_a_sampled_map(name, size):
    point = symmetric_point(name, size, 1.2, 0.3)
    basis = np.eye(size) - 1.0 / size
    examples = basis @ np.diag([1.0, -1.0] + [0.0] * (size - 2)) @ basis
    pairs = np.zeros((size, size))
    pairs[0, 1] = pairs[1, 0] = pairs[2, 3] = pairs[3, 2] = 1.0
    pairs[0, 2] = pairs[2, 0] = pairs[1, 3] = pairs[3, 1] = -1.0
    found = [sampled_change(name, size, change, 1.2, 0.3) for change in (examples, pairs)]
    assert found[0] == pytest.approx(point.example_eigenvalue, rel=0.025)
    assert found[1] == pytest.approx(point.pair_eigenvalue, rel=0.025)
    assert found[0] != pytest.approx(point.pair_eigenvalue, rel=0.05)


def sampled_change(name, size, change, scale, shift):
    """What one layer multiplies a small change of the batch's second moments by, from the same samples."""
    center = np.eye(size) - 1.0 / size
    normal = np.random.default_rng(0).standard_normal((60_000, size)) @ center
    after = []
    for step in (1e-3, -1e-3):
        values, vectors = np.linalg.eigh(np.eye(size) + step * change)
        h = normal @ (vectors * np.sqrt(values)) @ vectors.T
        x = (h - h.mean(1, keepdims=True)) / h.std(1, keepdims=True)
        y = evaluate(get(name), scale * x + shift) @ center
        after.append(y.T @ y)
    spread = np.trace(after[0] + after[1]) / (2.0 * (size - 1))
    slope = (after[0] - after[1]) / 2e-3
    return float(np.sum(slope * change) / np.sum(change**2) / spread)


def test_the_rate_is_that_of_batch_norm():
    assert symmetric_point("tanh", 12, 2.0, 0.5).rate == batch_norm_rate("tanh", 12, scale=2.0, shift=0.5)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((3,), "symmetric_point: batch_size must be an integer of at least 4"),
        ((8, 0.0), "symmetric_point: scale must be finite and not 0; got 0.0"),
        ((8, 1.0, math.nan), "symmetric_point: shift must be finite; got nan"),
        ((8, np.ones(2)), "symmetric_point: scale must be one number; got array.*; loop over the values"),
        ((8, 1.0, [0.0, 1.0]), "symmetric_point: shift must be one number; got .*; loop over the values"),
    ],
)
def test_arguments_without_a_meaning(arguments, message):
    with pytest.raises(ValueError, match=message):
        symmetric_point("relu", *arguments)
