"""What a mask hides from a norm never touches a result or a gradient."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tests.normalizations.every_norm import (
    ALIKE,
    FEATURES,
    applied,
    assert_trees_close,
    every_norm,
    initialized,
    inputs,
    leading_shape,
    made,
    of_rank,
    results_and_gradients,
)

MASKS = {
    "example": np.arange(16)[:, None] % 4 != 1,
    "feature": np.arange(FEATURES)[None, :] % 3 != 1,
    "entry": np.random.default_rng(3).random((16, FEATURES)) < 0.7,
    "nothing": np.zeros((1, 1), bool),
    "everything": np.ones((1, 1), bool),
}


@every_norm
@pytest.mark.parametrize("which", list(MASKS))
@pytest.mark.parametrize("train", [True, False])
def test_the_masked_is_never_seen(name, which, train):
    norm = made(name)
    params, state = initialized(norm)
    clean = inputs(name, 16, mean=5.0).astype(np.float32)
    counted = np.broadcast_to(of_rank(name, MASKS[which]), clean.shape)

    def results(x):
        return results_and_gradients(norm.apply, params, state, x, counted, train=train)

    (y, after), gradients = expected = results(clean)
    np.testing.assert_array_equal(np.asarray(y)[~counted], 0)
    np.testing.assert_array_equal(np.asarray(gradients[1])[~counted], 0)
    if which == "nothing":
        jax.tree.map(np.testing.assert_array_equal, after, state)
    for garbage in (np.nan, np.inf, -np.inf, 3e38, 1e-38):
        dirty = np.where(counted, clean, np.float32(garbage))
        jax.tree.map(np.testing.assert_array_equal, results(dirty), expected)


@every_norm
def test_a_mask_counts_for_all_it_is_broadcast_over(name):
    norm = made(name)
    params, state = initialized(norm)
    x = inputs(name, 16, mean=5.0).astype(np.float32)

    @jax.jit
    def all_results(x, masks):
        return [results_and_gradients(norm.apply, params, state, x, mask) for mask in masks]

    small = [of_rank(name, MASKS["example"]), of_rank(name, MASKS["feature"])]
    for mask, results in zip(small, all_results(x, small), strict=True):
        full = np.broadcast_to(mask, x.shape)
        assert_trees_close(results, results_and_gradients(norm.apply, params, state, x, full), 1e-6)


@every_norm
def test_masked_examples_are_as_dropped_ones(name):
    norm, mask = made(name, **ALIKE.get(name, {})), of_rank(name, MASKS["example"])
    params, state = initialized(norm)
    x = inputs(name, 16, mean=5.0).astype(np.float32)
    kept = np.flatnonzero(MASKS["example"])
    y, after = applied(norm, params, state, x, mask=mask)
    expected = applied(norm, params, state, x[kept])
    assert_trees_close((np.asarray(y)[kept], after), expected, 1e-6)


@every_norm
@pytest.mark.parametrize("leading", [(0,), (0, 4), (3, 0)])
def test_an_empty_batch(name, leading):
    norm = made(name, **ALIKE.get(name, {}))
    params, state = initialized(norm)
    y, after = applied(norm, params, state, jnp.zeros((*leading_shape(name, *leading), FEATURES)))
    assert y.shape == (*leading_shape(name, *leading), FEATURES)
    jax.tree.map(np.testing.assert_array_equal, after, state)
