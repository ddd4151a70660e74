"""Bins hold what numpy finds in them, and what lies beyond is not lost."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.probes import histogram

LOW, HIGH, BINS = -8.0, 8.0, 64
counted = jax.jit(functools.partial(histogram, low=LOW, high=HIGH, bins=BINS))


def test_a_histogram():
    counts = counted(jnp.asarray([[-8.0, -7.8, 0.0], [0.24, 0.25, 7.99]]))
    expected = np.histogram([-8.0, -7.8, 0.0, 0.24, 0.25, 7.99], BINS, (LOW, HIGH))[0]
    np.testing.assert_array_equal(counts, expected)


def test_what_lies_beyond_the_edges_is_counted_in_the_end_bins():
    counts = counted(jnp.asarray([-1e30, -np.inf, -9.0, 8.0, 1e30, np.inf, np.nan]))
    assert (counts[0], counts[-1], counts.sum()) == (3, 3, 6), "NaN is in no bin"


def reference(values, low=LOW, high=HIGH, bins=BINS):
    """With the end bins open."""
    inside = np.clip(values, low, np.nextafter(np.float32(high), np.float32(low)))
    return np.histogram(inside, bins, (low, high))[0]


def test_a_normal_sample_against_numpy():
    values = np.random.default_rng(1).normal(0, 2, 5000).astype(np.float32)
    np.testing.assert_array_equal(counted(jnp.asarray(values)), reference(values))
    assert (reference(values) != np.histogram(values, BINS, (-7.5, 8.5))[0]).any(), "other edges are caught"


def test_other_edges_and_numbers_of_bins():
    values = np.random.default_rng(2).normal(0, 2, 500).astype(np.float32)
    found = histogram(jnp.asarray(values), -1.0, 3.0, 8)
    np.testing.assert_array_equal(found, reference(values, -1.0, 3.0, 8))
    np.testing.assert_array_equal(histogram(jnp.asarray(values), -1.0, 3.0, 1), [500])


@pytest.mark.parametrize("dtype", [jnp.float16, jnp.bfloat16])
def test_half_precision_is_binned_in_float32(dtype):
    values = jnp.asarray(np.random.default_rng(3).normal(0, 2, 500), dtype)
    bins = functools.partial(histogram, low=-8.0, high=7.0, bins=49)
    np.testing.assert_array_equal(bins(values), bins(values.astype(jnp.float32)))


def test_what_is_masked_is_not_counted():
    values, mask = jnp.asarray([[0.1, 0.2], [jnp.nan, 99.0]]), jnp.asarray([[True], [False]])
    counts = counted(values, mask=mask)
    assert (counts.sum(), counts[32]) == (2, 2)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: histogram(x, 1.0, 1.0, 4), ValueError, "low < high; got low=1.0, high=1.0"),
        (lambda x: histogram(x, 0.0, np.inf, 4), ValueError, "finite .* got low=0.0, high=inf"),
        (lambda x: histogram(x, 0.0, np.nan, 4), ValueError, "finite .* got low=0.0, high=nan"),
        (lambda x: histogram(x, 0.0, 1.0, 0), ValueError, "bins must be an integer of at least 1; got 0"),
        (lambda x: histogram(x, 0.0, 1.0, 2.5), ValueError, "bins must be an integer .* got 2.5"),
        (lambda x: histogram(x.astype(int), 0.0, 1.0, 4), TypeError, "x must be real floating; got int32"),
        (lambda x: histogram(x, 0.0, 1.0, 4, x), TypeError, "mask: must be boolean"),
    ],
)
def test_a_bad_call_says_what_is_wrong(call, error, message):
    with pytest.raises(error, match=message):
        call(jnp.ones(3))
