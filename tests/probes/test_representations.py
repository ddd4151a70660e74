"""Distances by differences: at any mean, at any size, and none between equal examples."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.probes import neighbour_accuracy
from bnact.probes.representations import TOGETHER, centred, over_distances

X = np.random.default_rng(0).normal(size=(40, 5))
X[7] = X[3]


@jax.jit
def distances(x):
    """Up to a factor that all share."""
    return over_distances(x, lambda squares, own: squares)


def truth(x):
    x = np.asarray(x, np.float64)
    return np.sum((x[:, None] - x[None]) ** 2, -1)


def largest_error(found, expected):
    ratio = np.max(expected) / np.max(np.asarray(found, np.float64))
    off = np.abs(np.asarray(found, np.float64) * ratio - expected)
    return np.max(off / np.where(expected > 0, expected, 1))


@pytest.mark.parametrize("mean", [0.0, 1e4])
@pytest.mark.parametrize("size", [1e-30, 1.0, 1e30])
def test_distances_to_the_last_digits(mean, size):
    x = jnp.asarray((X + mean) * size, jnp.float32)
    found = distances(x)
    assert largest_error(found, truth(np.asarray(x, np.float64) / size)) < 1e-5
    assert found[3, 7] == found[7, 3] == 0


def test_a_gram_matrix_loses_what_they_keep():
    x = np.sort(np.random.default_rng(1).random((500, 1)), axis=0).astype(np.float32)
    c = x - x.mean(0)
    gram = c @ c.T
    by_gram = np.diag(gram)[:, None] + np.diag(gram)[None] - 2 * gram
    assert largest_error(distances(jnp.asarray(x)), truth(x)) < 1e-5
    assert largest_error(by_gram, truth(x)) > 1e-2


def test_half_precision_is_measured_in_float32():
    x = jnp.asarray(X, jnp.float16)
    assert distances(x).dtype == jnp.float32
    assert largest_error(distances(x), truth(x)) < 1e-5


def test_float64():
    with jax.enable_x64(True):
        assert largest_error(distances(jnp.asarray(X)), truth(X)) < 1e-13


def test_the_centre_is_found_far_from_zero():
    x = (X + 1e6).astype(np.float32)
    centre = jax.jit(centred)
    np.testing.assert_allclose(centre(jnp.asarray(x)), x - x.astype(np.float64).mean(0), atol=1e-6)
    np.testing.assert_array_equal(centre(jnp.full((40, 5), 0.1)), 0)


@pytest.mark.parametrize("examples", [TOGETHER - 1, TOGETHER, TOGETHER + 1, 3 * TOGETHER + 2])
def test_blocks_that_are_filled_up_leave_nothing_behind(examples):
    x = np.random.default_rng(2).normal(size=(examples, 3)).astype(np.float32)
    assert distances(jnp.asarray(x)).shape == (examples, examples)
    assert largest_error(distances(jnp.asarray(x)), truth(x)) < 1e-5
    labels = jnp.arange(examples) % 3
    nearest = np.argmin(np.where(np.eye(examples) > 0, np.inf, truth(x)), axis=1)
    expected = np.mean(np.asarray(labels)[nearest] == np.asarray(labels))
    np.testing.assert_allclose(jax.jit(neighbour_accuracy)(jnp.asarray(x), labels), expected, rtol=1e-6)
