import math

import numpy as np
import pytest
from scipy.special import ndtr

from bnact.theory import dead_under_batch_norm, normalized_bound
from bnact.theory.units.normalized_maximum_of_few import largest_of_few_below, maximum
from bnact.theory.units.normalized_maximum_of_many import largest_of_many_below
from tests.theory.drawn import agrees, normalized_batches

SIZES = (2, 3, 4, 5, 6, 9, 16, 40, 48, 49, 64, 200)


@pytest.mark.parametrize("batch_size", SIZES)
def test_against_drawn_batches(batch_size):
    largest = normalized_batches(batch_size, 1_000_000 // batch_size).max(axis=1)
    thresholds = np.linspace(0.3, 4.0, 13)
    found = np.asarray(dead_under_batch_norm(-thresholds, batch_size))
    assert [t for t, p in zip(thresholds, found, strict=True) if not agrees(largest <= t, float(p))] == []


@pytest.mark.parametrize("batch_size", [4, 16, 64])
def test_independent_values_are_told_from_a_batch(batch_size):
    largest = normalized_batches(batch_size, 1_000_000 // batch_size).max(axis=1)
    threshold = float(np.median(largest))
    assert not agrees(largest <= threshold, float(ndtr(threshold)) ** batch_size)


def test_three_values_in_closed_form():
    # On a circle: the largest is sqrt(2) cos(a), a even within 60 degrees of 0.
    thresholds = np.linspace(0.71, 1.41, 30)
    expected = 1.0 - 3.0 / math.pi * np.arccos(thresholds / math.sqrt(2.0))
    np.testing.assert_allclose(dead_under_batch_norm(-thresholds, 3), expected, atol=1e-14)


def test_four_values_in_closed_form():
    # On a sphere: the caps overlap from 1 down, and cover it from 1 / sqrt(3) down.
    assert dead_under_batch_norm(-1.0, 4) == pytest.approx(2.0 / math.sqrt(3.0) - 1.0, abs=1e-14)
    assert dead_under_batch_norm(-1.5, 4) == pytest.approx(math.sqrt(3.0) - 1.0, abs=1e-14)


@pytest.mark.parametrize("batch_size", [4, 5, 7, 11, 12, 13, 30, 48])
def test_the_recursion_arrives_at_one(batch_size):
    # Nothing in it is told so: every step multiplies what the one before it has.
    everything = largest_of_few_below(np.array([normalized_bound(batch_size)]), batch_size)
    np.testing.assert_allclose(everything, 1.0, atol=1e-12)


@pytest.mark.parametrize("batch_size", [7, 30])
def test_where_one_value_alone_can_be_above_both_formulas_agree(batch_size):
    highest = normalized_bound(batch_size)
    thresholds = np.linspace(math.sqrt((batch_size - 2) / 2.0), highest * (1.0 - 1e-9), 20)
    np.testing.assert_allclose(
        dead_under_batch_norm(-thresholds, batch_size),
        largest_of_few_below(thresholds, batch_size),
        atol=1e-12,
    )


@pytest.mark.parametrize("batch_size", [49, 56])
def test_recursion_and_inversion_agree(batch_size):
    thresholds = np.array([0.3, 0.5, 0.8, 0.95, 1.0, 1.05, 1.2, 1.5, 2.0, 3.0, 4.0, 4.9])
    inverted = [largest_of_many_below(float(threshold), batch_size) for threshold in thresholds]
    np.testing.assert_allclose(inverted, largest_of_few_below(thresholds, batch_size), atol=2e-12)


@pytest.mark.parametrize("batch_size", [49, 1000, 100_000])
def test_the_inversion_without_a_threshold_is_one(batch_size):
    assert largest_of_many_below(12.0, batch_size) == pytest.approx(1.0, abs=1e-11)


def test_large_batches_come_near_independent_values():
    thresholds = np.array([3.5, 4.0, 4.5])
    for batch_size in (10_000, 100_000):
        independent = ndtr(thresholds) ** batch_size
        # What the common mean and deviation change is of the order b^4 (1 - Phi(b)).
        error = thresholds**4 * (1.0 - ndtr(thresholds))
        found = np.asarray(dead_under_batch_norm(-thresholds, batch_size))
        assert np.all(np.abs(found - independent) < error)
    assert dead_under_batch_norm(-5.0, 10**6) == pytest.approx(float(ndtr(5.0)) ** 10**6, abs=1e-3)


@pytest.mark.parametrize("batch_size", SIZES)
def test_never_and_always(batch_size):
    bound = math.sqrt(batch_size - 1)
    assert dead_under_batch_norm(0.0, batch_size) == 0.0
    assert dead_under_batch_norm(3.0, batch_size) == 0.0
    assert dead_under_batch_norm(math.inf, batch_size) == 0.0
    assert dead_under_batch_norm(-(1.0 - 1e-12) / bound, batch_size) == 0.0
    assert dead_under_batch_norm(-bound, batch_size) == 1.0
    assert dead_under_batch_norm(-math.inf, batch_size) == 1.0


@pytest.mark.parametrize("batch_size", SIZES)
def test_a_lower_shift_is_never_less_dead(batch_size):
    dead = np.asarray(
        dead_under_batch_norm(-np.linspace(-1.0, 1.1 * math.sqrt(batch_size - 1), 40), batch_size)
    )
    assert np.all((dead >= 0.0) & (dead <= 1.0))
    assert np.all(np.diff(dead) >= -1e-12)


def test_a_larger_batch_is_never_more_dead():
    dead = [
        float(dead_under_batch_norm(-1.7, batch_size))
        for batch_size in (4, 5, 6, 7, 11, 20, 47, 48, 49, 50, 70, 500)
    ]
    assert np.all(np.diff(dead) < 0.0)


def test_shapes():
    assert isinstance(dead_under_batch_norm(-1.0, 8), float)
    ratios = -np.linspace(0.2, 3.0, 6).reshape(2, 3)
    found = dead_under_batch_norm(ratios, 8)
    assert isinstance(found, np.ndarray)
    assert found.shape == (2, 3)
    assert found[1, 2] == dead_under_batch_norm(float(ratios[1, 2]), 8)
    assert np.shape(dead_under_batch_norm(np.zeros((0, 2)), 8)) == (0, 2)


def test_tables_are_made_once():
    assert maximum(20) is maximum(20)


@pytest.mark.parametrize("batch_size", [1, 0, 8.0, True, "8"])
def test_a_batch_that_cannot_be_normalized(batch_size):
    with pytest.raises(
        ValueError, match="dead_under_batch_norm: batch_size must be an integer of at least 2"
    ):
        dead_under_batch_norm(-1.0, batch_size)


def test_a_ratio_that_is_none():
    with pytest.raises(ValueError, match=r"shift_over_scale must not be NaN; got nan; where the scale is 0"):
        dead_under_batch_norm(math.nan, 8)
