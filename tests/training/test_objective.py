"""Cross entropy and accuracy against numpy in float64."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.training.objective import accuracy, cross_entropy

RNG = np.random.default_rng(0)
LOGITS, LABELS = RNG.normal(0, 3, (50, 7)), RNG.integers(0, 7, 50).astype(np.int32)


def test_cross_entropy():
    shares = np.exp(LOGITS) / np.exp(LOGITS).sum(-1, keepdims=True)
    expected = -np.mean(np.log(shares[np.arange(50), LABELS]))
    assert float(cross_entropy(jnp.float32(LOGITS), jnp.asarray(LABELS))) == pytest.approx(expected, rel=1e-6)


def test_the_gradient_of_cross_entropy_is_share_less_truth():
    gradient = jax.grad(cross_entropy)(jnp.float32(LOGITS), jnp.asarray(LABELS))
    shares = np.exp(LOGITS) / np.exp(LOGITS).sum(-1, keepdims=True)
    np.testing.assert_allclose(gradient, (shares - np.eye(7)[LABELS]) / 50, rtol=1e-4, atol=1e-7)


def test_cross_entropy_of_huge_logits_is_finite():
    logits = jnp.asarray([[1e4, 0.0], [0.0, -1e4]], jnp.float32)
    np.testing.assert_allclose(cross_entropy(logits, jnp.asarray([1, 0])), 5000.0)
    np.testing.assert_allclose(cross_entropy(logits, jnp.asarray([0, 0])), 0.0)


def test_accuracy():
    expected = np.mean(LOGITS.argmax(-1) == LABELS)
    assert float(accuracy(jnp.float32(LOGITS), jnp.asarray(LABELS))) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("lost", [np.nan, np.inf])
def test_logits_that_are_not_finite_decide_nothing(lost):
    logits = jnp.asarray([[lost, 0.0], [1.0, 0.0]])
    assert accuracy(logits, jnp.asarray([0, 0])) == 0.5
