"""Losses and accuracies against numpy in float64."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.training.objective import OBJECTIVES, accuracy, cross_entropy, explained, squared_error

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


TARGETS = RNG.normal(3, 2, 50)
OUTPUTS = (TARGETS + RNG.normal(0, 1, 50))[:, None]


def test_squared_error_and_the_variance_explained():
    error = np.mean((OUTPUTS[:, 0] - TARGETS) ** 2)
    outputs, targets = jnp.float32(OUTPUTS), jnp.float32(TARGETS)
    assert float(squared_error(outputs, targets)) == pytest.approx(error, rel=1e-5)
    assert float(explained(outputs, targets)) == pytest.approx(1 - error / np.var(TARGETS), rel=1e-5)
    assert explained(targets[:, None], targets) == 1


@pytest.mark.parametrize("outputs", [np.full(4, 9.0), np.full(4, np.nan), np.array([np.inf, 0, 0, 0])])
def test_what_is_worse_than_the_mean_explains_nothing(outputs):
    assert explained(jnp.float32(outputs[:, None]), jnp.arange(4, dtype=jnp.float32)) == 0


def test_of_targets_that_do_not_vary_nothing_is_explained():
    assert explained(jnp.ones((4, 1)), jnp.ones(4)) == 0


def test_every_kind_has_its_objective():
    assert OBJECTIVES["classification"] == (cross_entropy, accuracy)
    assert OBJECTIVES["regression"] == (squared_error, explained)
