"""bnact.activations.elementary.double_word: what is said to be exact is, in rational arithmetic."""

from fractions import Fraction

import numpy as np
import pytest

from bnact.activations.elementary import split, two_sum
from bnact.activations.elementary.double_word import leading

from .last_places import DTYPES, computed

each_dtype = pytest.mark.parametrize("dtype", DTYPES)


def numbers(dtype, seed, count=1000):
    rng = np.random.default_rng(seed)
    return (rng.normal(size=count) * 2.0 ** rng.integers(-30, 30, count)).astype(dtype)


def fractions(x):
    return [Fraction(float(value)) for value in x]


@each_dtype
def test_a_sum_is_exact_whatever_the_distance_of_the_two(dtype):
    a, b = numbers(dtype, 0), numbers(dtype, 1)
    larger = np.abs(a) >= np.abs(b)
    a, b = np.where(larger, a, b), np.where(larger, b, a)
    a, b = np.append(a, np.zeros(2, dtype)), np.append(b, np.array([3.0, 0.0], dtype))
    high, low = computed(two_sum, a, b)
    sums = [one + other for one, other in zip(fractions(a), fractions(b), strict=True)]
    assert [one + other for one, other in zip(fractions(high), fractions(low), strict=True)] == sums
    np.testing.assert_array_equal(high, a + b)


@each_dtype
def test_the_product_of_leading_digits_is_exact(dtype):
    a, b = numbers(dtype, 2), numbers(dtype, 3)
    product = computed(lambda a, b: leading(a) * leading(b), a, b)
    leads = (fractions(computed(leading, each)) for each in (a, b))
    assert fractions(product) == [one * other for one, other in zip(*leads, strict=True)]
    assert fractions(a * b) != [one * other for one, other in zip(fractions(a), fractions(b), strict=True)]


@each_dtype
def test_leading_digits_are_half_and_the_rest_is_exact(dtype):
    x = numbers(dtype, 4)
    high, rest = computed(lambda x: (leading(x), x - leading(x)), x)
    assert [one + other for one, other in zip(fractions(high), fractions(rest), strict=True)] == fractions(x)
    assert np.all(np.abs(rest) <= 2.0 ** (1 - np.finfo(dtype).nmant // 2) * np.abs(x))


@each_dtype
@pytest.mark.parametrize("constant", [0.3, -1.702, 1e-20, 3.0, 123456789.0, 0.044715])
def test_the_product_with_a_split_constant_is_exact(constant, dtype):
    high, low = split(constant, dtype)
    assert Fraction(high) + Fraction(low) == Fraction(constant)
    x = computed(leading, numbers(dtype, 5))
    assert fractions(computed(lambda x: x * high, x)) == [Fraction(high) * each for each in fractions(x)]


@each_dtype
def test_infinity_and_nan_stay(dtype):
    x = np.array([-np.inf, 0.0, np.inf, np.nan], dtype)
    np.testing.assert_array_equal(computed(leading, x), x)
