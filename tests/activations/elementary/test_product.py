"""bnact.activations.elementary.product: a product and what its rounding leaves out, by fractions."""

from fractions import Fraction

import numpy as np
import pytest

from bnact.activations import elementary
from bnact.activations.floating import finite

from .last_places import DTYPES, computed, largest, smallest_normal

# What two products of a half by a whole number, each rounded, may be off.
ALLOWED = {"float32": 2.0**-33, "float64": 2.0**-76}

each_dtype = pytest.mark.parametrize("dtype", DTYPES)


def pairs(dtype, count=2000):
    """Factors of all exponents, of either sign, whose product is a number."""
    rng, reach = np.random.default_rng(0), float(np.log2(largest(dtype))) - 1.0
    a, b = (rng.uniform(-reach, reach, count) for _ in range(2))
    inside = (np.abs(a + b) < reach) & (np.minimum(a, b) > 2.0 - reach)
    factors = (rng.uniform(1.0, 2.0, count) * rng.choice([-1.0, 1.0], count) * 2.0**each for each in (a, b))
    return tuple(factor[inside].astype(dtype) for factor in factors)


def product(a, b, bound):
    return computed(lambda a, b: elementary.product(a, b, bound), a, b)


def worst(high, rest, a, b):
    """The largest relative error of high + rest, for products well within the normal numbers."""
    errors = []
    for each in zip(*(map(float, part) for part in (high, rest, a, b)), strict=True):
        found, right = Fraction(each[0]) + Fraction(each[1]), Fraction(each[2]) * Fraction(each[3])
        errors.append(abs(float(found / right - 1)))
    return max(errors)


def normal(a, b, dtype):
    """Products whose last digits are above the smallest normal number."""
    size = np.abs(a.astype(float) * b.astype(float))
    return size > smallest_normal(dtype) / np.finfo(dtype).eps ** 2


@each_dtype
def test_high_and_rest_are_the_product(dtype):
    a, b = pairs(dtype)
    kept = normal(a, b, dtype) & (np.abs(0.5 * a.astype(float) * b) < 0.2 * largest(dtype))
    a, b = a[kept], b[kept]
    found = product(a, b, largest(dtype))
    assert worst(found[0], found[1], a, b) < ALLOWED[dtype]
    rounded = (a * b, np.zeros_like(a))
    assert worst(rounded[0], rounded[1], a, b) > 100.0 * ALLOWED[dtype]


@each_dtype
def test_the_high_part_is_exact_and_nearly_all(dtype):
    a, b = pairs(dtype)
    high, rest = product(a, b, largest(dtype))
    kept = normal(a, b, dtype)
    assert np.all(np.abs(rest[kept]) <= 1e-3 * np.abs(high[kept]))
    # So that a function of the high part has no rounding of its argument: it is as short as two halves.
    digits = np.frexp(high[kept])[0] * 2.0 ** (np.finfo(dtype).nmant + 1)
    np.testing.assert_array_equal(digits, np.round(digits))


@each_dtype
def test_nothing_overflows_beyond_the_bound(dtype):
    big, bound = largest(dtype), 340.0
    a = np.array([big, -big, 1e3, -1e3, np.inf, -np.inf, np.inf, np.inf], dtype)
    b = np.array([big, big, 1e3, 1e3, 2.0, 2.0, -big, 1e-37], dtype)
    high, rest = product(a, b, bound)
    np.testing.assert_array_equal(np.sign(high), [1.0, -1.0, 1.0, -1.0, 1.0, -1.0, -1.0, 1.0])
    size = np.abs(high + rest)
    assert np.all((0.499 * bound <= size) & (size <= bound))


@each_dtype
def test_zero_times_infinity_is_zero(dtype):
    a, b = np.array([np.inf, -np.inf, 0.0], dtype), np.array([0.0, -0.0, 0.0], dtype)
    for part in product(a, b, 100.0):
        np.testing.assert_array_equal(part, 0.0)


@each_dtype
def test_nan_in_either_factor(dtype):
    a, b = np.array([np.nan, 1.0, np.nan, np.inf], dtype), np.array([1.0, np.nan, 2.0, np.nan], dtype)
    high, rest = product(a, b, 100.0)
    assert np.all(np.isnan(high + rest))


@each_dtype
def test_finite(dtype):
    big = largest(dtype)
    x = np.array([-np.inf, -big, -1.0, 0.0, big, np.inf, np.nan], dtype)
    expected = np.array([-big, -big, -1.0, 0.0, big, big, np.nan], dtype)
    np.testing.assert_array_equal(computed(finite, x), expected)


@each_dtype
def test_the_full_product_has_twice_the_digits(dtype):
    a, b = pairs(dtype)
    kept = normal(a, b, dtype) & (np.abs(0.5 * a.astype(float) * b) < 0.2 * largest(dtype))
    a, b = a[kept], b[kept]
    high, rest = computed(lambda a, b: elementary.full_product(a, b, largest(dtype)), a, b)
    eps = float(np.finfo(dtype).eps)
    assert worst(high, rest, a, b) < eps**2
    assert np.all(np.abs(rest) <= eps * np.abs(high))
    shorter = product(a, b, largest(dtype))
    assert worst(shorter[0], shorter[1], a, b) > 100.0 * eps**2
