"""The dimension of manifolds whose dimension is known, and every step against numpy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.probes import intrinsic_dimension

COUNT = 600
estimate = jax.jit(intrinsic_dimension)
estimates = jax.jit(jax.vmap(intrinsic_dimension))


def circle(rng):
    angle = rng.uniform(0, 2 * np.pi, COUNT)
    return np.stack([np.cos(angle), np.sin(angle)], 1)


def sphere(rng):
    x = rng.normal(size=(COUNT, 3))
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def roll(rng):
    t, height = 3 + 10 * rng.random(COUNT), 20 * rng.random(COUNT)
    return np.stack([t * np.cos(t), height, t * np.sin(t)], 1)


MANIFOLDS = {
    "line": (1, lambda rng: rng.random((COUNT, 1)) * np.ones(3) / 3),
    "circle": (1, circle),
    "square": (2, lambda rng: rng.random((COUNT, 2)) @ np.eye(2, 4)),
    "sphere": (2, sphere),
    "swiss roll": (2, roll),
    "normal of 2": (2, lambda rng: rng.normal(size=(COUNT, 2))),
    "normal of 3": (3, lambda rng: rng.normal(size=(COUNT, 3))),
}
DRAWS = 6


@pytest.mark.parametrize("name", MANIFOLDS)
def test_known_manifolds(name):
    dimension, draw = MANIFOLDS[name]
    flat = [draw(np.random.default_rng(seed)) for seed in range(DRAWS)]
    padded = np.stack([np.pad(x, ((0, 0), (0, 4 - x.shape[1]))) for x in flat])
    found = estimates(jnp.asarray(padded, jnp.float32))
    # Neighbours share neighbours, so n ratios are worth fewer.
    error = 1.4 * dimension / np.sqrt(COUNT * DRAWS)
    assert abs(found.mean() - dimension) < 4 * error + 0.03 * dimension
    assert abs(found.mean() - dimension - 1) > 4 * error


def reference(x):
    """In numpy, of different examples."""
    x = np.unique(np.asarray(x, np.float64), axis=0)
    distances = np.sort(np.linalg.norm(x[:, None] - x[None], axis=-1), axis=1)
    return (len(x) - 1) / np.sum(np.log(distances[:, 2] / distances[:, 1]))


def test_against_numpy():
    x = np.random.default_rng(0).normal(size=(200, 4)).astype(np.float32)
    np.testing.assert_allclose(estimate(jnp.asarray(x)), reference(x), rtol=1e-5)


def test_at_a_mean_that_a_gram_matrix_does_not_survive():
    x = (1e3 + np.random.default_rng(0).random((200, 4))).astype(np.float32)
    np.testing.assert_allclose(estimate(jnp.asarray(x)), reference(x), rtol=1e-5)


def test_copies_count_once():
    x = np.random.default_rng(1).normal(size=(100, 4)).astype(np.float32)
    copied = np.concatenate([x[:50], x, x[10:60]])
    np.testing.assert_allclose(estimate(jnp.asarray(copied)), reference(x), rtol=1e-5)
    # Counted twice, each would be its copy's nearest, or weigh twice.
    distances = np.sort(np.linalg.norm(copied[:, None].astype(np.float64) - copied[None], axis=-1), axis=1)
    positive = [row[row > 1e-9] for row in distances]
    weighed = (len(copied) - 1) / np.sum([np.log(row[1] / row[0]) for row in positive])
    assert abs(weighed / reference(x) - 1) > 0.05


@pytest.mark.parametrize("x", [np.zeros((5, 2)), np.repeat(np.eye(2), 3, 0)])
def test_fewer_than_three_different_examples_have_no_dimension(x):
    assert jnp.isnan(estimate(jnp.asarray(x, jnp.float32)))


def test_a_grid_looks_as_of_any_dimension():
    assert jnp.isinf(estimate(jnp.eye(5)))
