"""bnact.activations.simplex: the projection onto the simplex."""

import jax
import numpy as np
import pytest

from bnact.activations import sparsemax

# In each row some entries are above the threshold, and none is near it.
X = np.array([[0.3, -0.2, 0.6, -1.9], [2.0, 0.1, 1.35, 1.6], [0.0, 0.2, 0.1, -0.1]])


def test_the_jacobian_of_sparsemax_is_that_of_the_paper():
    with jax.enable_x64(True):
        values, gradient = np.asarray(sparsemax(X)), np.asarray(jax.jacrev(sparsemax)(X))
    for row, support in enumerate((values > 0).astype(float)):
        expected = np.diag(support) - np.outer(support, support) / support.sum()
        np.testing.assert_allclose(gradient[row, :, row], expected, atol=1e-15)


def test_sparsemax_is_the_nearest_point():
    x = np.random.default_rng(0).normal(0.0, 1.0, (50, 6))
    with jax.enable_x64(True):
        p = np.asarray(sparsemax(x))
    np.testing.assert_allclose(p.sum(-1), 1.0, atol=1e-15)
    assert p.min() == 0.0
    # For the nearest point of a convex set: (x - p) (q - p) <= 0 for every corner q.
    gap = x - p
    assert np.max(gap - np.sum(gap * p, -1, keepdims=True)) <= 1e-14


@pytest.mark.parametrize(
    "row, expected",
    [
        ([3.0], [1.0]),
        ([0.0, 0.0, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25]),
        ([0.5, 0.5, -0.5], [0.5, 0.5, 0.0]),
        ([1.0, 0.0], [1.0, 0.0]),
        ([1e30, -1e30, 0.0], [1.0, 0.0, 0.0]),
        ([1e4, 1e4, 1e4 - 0.5], [0.5, 0.5, 0.0]),
    ],
)
def test_sparsemax_by_hand(row, expected):
    np.testing.assert_array_equal(sparsemax(np.array(row, np.float32)), np.array(expected, np.float32))


def test_an_entry_at_the_threshold_of_sparsemax_counts_as_below():
    np.testing.assert_array_equal(jax.jacrev(sparsemax)(np.array([1.0, 0.0], np.float32)), np.zeros((2, 2)))
