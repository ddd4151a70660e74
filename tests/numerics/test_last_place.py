"""Units of the last place: what one is, and what counts as right at the ends of a dtype."""

import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest

from bnact.numerics import units

DTYPES = [np.float16, ml_dtypes.bfloat16, np.float32, np.float64]
each_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: np.dtype(dtype).name)


@each_dtype
@pytest.mark.parametrize("size", [1.0, 1.5, 2.0, 3.0, 0.75, 1024.0])
@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_the_next_number_is_one_unit_away(dtype, size, sign):
    value = np.asarray(sign * size, dtype)
    away = np.nextafter(value, np.asarray(sign * np.inf, dtype))
    assert units(away, value.astype(np.float64), dtype) == 1.0
    assert units(value, value.astype(np.float64), dtype) == 0.0


def test_a_truth_just_below_a_power_of_two_has_the_smaller_unit():
    truth = np.nextafter(8.0, 0.0)
    assert units(np.float32(8.0) + np.float32(2.0**-20), truth, np.float32) == pytest.approx(2.0)
    assert units(np.float32(8.0) + np.float32(2.0**-20), 8.0, np.float32) == 1.0


def test_half_a_unit_is_the_most_that_rounding_makes():
    truth = np.random.default_rng(0).standard_normal(10_000)
    found = units(truth.astype(np.float32), truth, np.float32)
    assert 0.45 < np.max(found) <= 0.5


@each_dtype
def test_errors_below_the_smallest_normal_number_do_not_count(dtype):
    smallest = float(jnp.finfo(dtype).smallest_normal)
    assert units(np.zeros(1), np.full(1, 0.99 * smallest), dtype) == 0.0
    assert units(np.zeros(1), np.full(1, 1.01 * smallest), dtype) > 1.0


@each_dtype
def test_what_is_not_a_number_of_the_dtype(dtype):
    # Nothing in float64 is larger than its own largest number but infinity.
    largest = float(jnp.finfo(dtype).max)
    truth = np.array([np.inf, np.inf, np.inf, -np.inf, np.nan, 1.0, 1.0, largest])
    values = np.array([np.inf, largest, np.nan, np.inf, 7.0, np.nan, np.inf, np.inf])
    right = [0.0, 0.0, np.inf, np.inf, 0.0, np.inf, np.inf, np.inf]
    np.testing.assert_array_equal(units(values, truth, dtype), right)


@each_dtype
def test_a_number_for_an_infinity_is_held_against_the_largest_number(dtype):
    largest = jnp.finfo(dtype).max
    below = np.nextafter(np.asarray(largest, dtype), np.asarray(0.0, dtype))
    assert units(below, np.inf, dtype) == 1.0
    assert units(np.asarray(1.0, dtype), np.inf, dtype) > 100.0


def test_a_shape_is_kept():
    assert units(np.zeros((2, 3), np.float32), np.zeros((2, 3)), np.float32).shape == (2, 3)
