"""Classes that are apart, mixed or tied, against numpy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.probes import between_class_share, neighbour_accuracy

RNG = np.random.default_rng(0)
LABELS = RNG.integers(-2, 3, 120)
X = (RNG.normal(size=(120, 3)) + 1.5 * RNG.normal(size=(5, 3))[LABELS + 2]).astype(np.float32)


def accuracy(x, labels):
    distances = np.linalg.norm(x[:, None].astype(np.float64) - x[None], axis=-1)
    np.fill_diagonal(distances, np.inf)
    return np.mean(labels[distances.argmin(1)] == labels)


def share(x, labels):
    x = x.astype(np.float64)
    means = np.stack([x[labels == label].mean(0) for label in labels])
    return np.sum((means - x.mean(0)) ** 2) / np.sum((x - x.mean(0)) ** 2)


PROBES = {neighbour_accuracy: accuracy, between_class_share: share}
COMPILED = {probe: jax.jit(probe) for probe in PROBES}


@pytest.mark.parametrize("probe", PROBES)
@pytest.mark.parametrize("mean", [0.0, 1e3])
def test_against_numpy(probe, mean):
    x, truth = (X + np.float32(mean)).astype(np.float32), PROBES[probe]
    found = COMPILED[probe](jnp.asarray(x), jnp.asarray(LABELS))
    np.testing.assert_allclose(found, truth(x, LABELS), rtol=1e-5)
    assert 0.3 < found < 0.95
    assert abs(truth(x, np.roll(LABELS, 1)) - found) > 0.1, "labels that belong to others are caught"


def test_the_example_itself_is_left_out():
    # Pairs of different classes: with itself among its neighbours every example would be right.
    x = jnp.asarray([[0.0], [0.1], [5.0], [5.1]])
    assert COMPILED[neighbour_accuracy](x, jnp.asarray([0, 1, 0, 1])) == 0
    assert COMPILED[neighbour_accuracy](x, jnp.asarray([0, 0, 1, 1])) == 1


def test_ties_count_in_equal_parts():
    x = jnp.asarray([[0.0], [0.0], [0.0], [9.0]])
    # Of the first three, two others are at distance 0; of the last, three at 9.
    found = COMPILED[neighbour_accuracy](x, jnp.asarray([0, 0, 1, 0]))
    np.testing.assert_allclose(found, (0.5 + 0.5 + 0 + 2 / 3) / 4, rtol=1e-6)


def test_the_ends_of_the_share():
    x = jnp.asarray([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_allclose(COMPILED[between_class_share](x, jnp.asarray([5, -9, 5, -9])), 1.0, rtol=1e-6)
    np.testing.assert_allclose(COMPILED[between_class_share](x, jnp.asarray([0, 0, 1, 1])), 0.0, atol=1e-7)
    assert jnp.isnan(COMPILED[between_class_share](jnp.ones((4, 2)), jnp.arange(4)))


def test_labels_at_random_have_a_share_too():
    x = jnp.asarray(RNG.normal(size=(60, 40)), jnp.float32)
    labels = jnp.asarray([RNG.permutation(60) % 4 for _ in range(50)])
    shares = jax.jit(jax.vmap(between_class_share, (None, 0)))(x, labels)
    error = shares.std() / np.sqrt(50)
    assert abs(shares.mean() - 3 / 59) < 4 * error
