import functools
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.data import batch_indices, check_batch_size, spirals, steps_per_epoch


def further(*values):
    return pytest.param(*values, marks=pytest.mark.slow)


def epoch(key, number, num_examples, batch_size=1):
    """All indices of one epoch, in order."""
    steps = num_examples // batch_size
    step = number * steps + jnp.arange(steps)
    return np.asarray(compiled_epoch(num_examples, batch_size)(key, step)).reshape(-1)


@functools.cache
def compiled_epoch(num_examples, batch_size):
    return jax.jit(jax.vmap(lambda key, step: batch_indices(key, step, num_examples, batch_size), (None, 0)))


compiled_batch = jax.jit(batch_indices, static_argnums=(2, 3))


@pytest.mark.parametrize("num_examples", [1, 2, *(further(n) for n in (3, 5, 100, 20000)), 101, 1077])
def test_an_epoch_of_single_examples_is_a_permutation(key, num_examples):
    for number in (0, 1, 7):
        np.testing.assert_array_equal(np.sort(epoch(key, number, num_examples)), np.arange(num_examples))


@pytest.mark.parametrize(
    ("num_examples", "batch_size"), [(1077, 64), further(1077, 1077), further(1260, 7), (11, 10)]
)
def test_no_example_is_seen_twice_in_an_epoch(key, num_examples, batch_size):
    indices = epoch(key, 3, num_examples, batch_size)
    assert len(indices) == num_examples // batch_size * batch_size
    assert len(np.unique(indices)) == len(indices)
    assert indices.min() >= 0
    assert indices.max() < num_examples


def test_batches_are_parts_of_the_same_permutation_whatever_their_size(key):
    np.testing.assert_array_equal(epoch(key, 0, 1077, 64), epoch(key, 0, 1077)[: 16 * 64])


def test_every_epoch_and_every_key_has_its_own_order(key):
    orders = [epoch(key, 0, 1077), epoch(key, 1, 1077), epoch(jax.random.key(1), 0, 1077)]
    for i in range(3):
        for j in range(i):
            # Two independent permutations agree in one place on average (Poisson): 8 is six in a million.
            assert np.sum(orders[i] == orders[j]) <= 8


def test_the_same_inside_and_outside_a_loop(key):
    looped = jax.jit(
        lambda k: jax.lax.scan(lambda c, s: (c, batch_indices(k, s, 100, 30)), 0, jnp.arange(7))[1]
    )
    outside = np.stack([compiled_batch(key, step, 100, 30) for step in range(7)])
    np.testing.assert_array_equal(outside[0], batch_indices(key, 0, 100, 30))
    np.testing.assert_array_equal(looped(key), outside)


def test_a_population_of_keys_gets_what_each_gets_alone():
    keys = jax.random.split(jax.random.key(3), 5)
    together = jax.vmap(lambda key: compiled_batch(key, 4, 1077, 64))(keys)
    assert together.dtype == jnp.int32
    for key, indices in zip(keys, together, strict=True):
        np.testing.assert_array_equal(indices, compiled_batch(key, 4, 1077, 64))


@functools.cache
def indices_of_many_keys(num_examples, batch_size, keys=20000):
    many = jax.jit(jax.vmap(lambda key: batch_indices(key, 0, num_examples, batch_size)))
    return np.asarray(many(jax.random.split(jax.random.key(11), keys)))


@pytest.mark.parametrize("num_examples", [3, 10, further(37)])
def test_every_example_is_equally_likely_at_every_place(num_examples):
    indices = indices_of_many_keys(num_examples, num_examples)
    for place in range(num_examples):
        assert surprise(np.bincount(indices[:, place], minlength=num_examples)) < 5.0


@pytest.mark.parametrize("num_examples", [3, 10, further(37)])
def test_every_pair_is_equally_likely_in_neighbouring_places(num_examples):
    indices = indices_of_many_keys(num_examples, num_examples)
    pairs = indices[:, 0] * num_examples + indices[:, 1]
    counts = np.bincount(pairs, minlength=num_examples**2).reshape(num_examples, num_examples)
    assert surprise(counts[~np.eye(num_examples, dtype=bool)]) < 5.0


def test_a_class_that_fills_one_end_of_the_data_is_spread_over_the_batches():
    # Sorted data is the case a poor shuffle spoils; the count in a batch is hypergeometric.
    drawn = np.sum(indices_of_many_keys(1000, 50) < 100, axis=1)
    variance = 50 * 0.1 * 0.9 * 950 / 999
    assert abs(drawn.mean() - 5.0) < 5 * np.sqrt(variance / len(drawn))
    assert abs(drawn.var() / variance - 1.0) < 0.06


def surprise(counts):
    """Chi-square against equal counts, in standard deviations above its mean."""
    expected = counts.mean()
    freedom = counts.size - 1
    return (np.sum((counts - expected) ** 2) / expected - freedom) / np.sqrt(2 * freedom)


def test_a_biased_shuffle_is_caught():
    rotated = np.arange(10) + indices_of_many_keys(10, 1)
    counts = np.bincount((rotated[:, 0] % 10) * 10 + rotated[:, 1] % 10, minlength=100).reshape(10, 10)
    assert surprise(counts[~np.eye(10, dtype=bool)]) > 100.0


def test_steps_per_epoch_counts_whole_batches():
    assert steps_per_epoch(1077, 64) == 16


@pytest.mark.parametrize("batch_size", [0, -1, 253])
def test_a_batch_that_the_data_cannot_fill_is_refused(key, batch_size):
    dataset = spirals(examples_per_arm=140)
    message = (
        "batch_size must be at least 1 and at most the number of training examples; "
        f"got batch_size={batch_size} and 252 examples; use a batch_size from 1 to 252"
    )
    with pytest.raises(ValueError, match=re.escape(f"spirals: {message}")):
        check_batch_size(dataset, batch_size)
    with pytest.raises(ValueError, match=re.escape(f"batches: {message}")):
        batch_indices(key, 0, 252, batch_size)
    check_batch_size(dataset, 252)
