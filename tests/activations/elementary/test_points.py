"""bnact.activations.elementary.points, and bnact.activations.elementary.polynomial."""

from fractions import Fraction

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

from bnact.activations.elementary import above, minus, nan_or, polynomial, rounded_down

from .last_places import DTYPES, computed, largest, smallest_normal, worst_units

POINTS = (0.1, -0.1, 1.0 / 3.0, 0.5, -0.7, 1e-3, 6.0, 0.0, 16777217.0, -16777217.0)
each_point = pytest.mark.parametrize("point", POINTS)
each_dtype = pytest.mark.parametrize("dtype", DTYPES)


def beside(point, dtype):
    """The number next to the point, and some of its neighbours on either side."""
    numbers = [np.asarray(point, dtype)]
    for end in (-np.inf, np.inf):
        for _ in range(4):
            numbers.append(np.nextafter(numbers[-1], np.asarray(end, dtype)))
        numbers.append(numbers[0])
    rest = np.array([-largest(dtype), -np.inf, np.inf, largest(dtype), -1.0, 0.0, 1.0], dtype)
    x = np.concatenate([np.array(numbers, dtype), rest])
    # Where 0 is the point its neighbours count as 0.
    return x[(x == 0.0) | (np.abs(x) >= smallest_normal(dtype))]


@each_dtype
@each_point
def test_above_is_exact(point, dtype):
    x = beside(point, dtype)
    np.testing.assert_array_equal(computed(lambda x: above(x, point), x), [float(a) > point for a in x])
    assert not computed(lambda x: above(x, point), np.array([np.nan], dtype))


def test_a_comparison_with_the_nearest_number_would_be_caught():
    x = beside(0.1, "float32")
    assert np.any((x > np.float32(0.1)) != np.array([float(a) > 0.1 for a in x]))


@each_dtype
@each_point
def test_rounded_down(point, dtype):
    down = rounded_down(point, dtype)
    assert float(np.asarray(down, dtype)) == down
    assert down <= point < float(np.nextafter(np.asarray(down, dtype), np.asarray(np.inf, dtype)))


def near(point, dtype):
    """Numbers of a point's sign around it, from its last places to its size."""
    away = np.geomspace(4.0 * np.finfo(dtype).eps, 0.5, 400)
    x = beside(point, dtype)
    x = x[(np.abs(x) < 1e30) & (x * np.sign(point or 1.0).astype(dtype) > 0.0)]
    return np.concatenate([(point * (1.0 + np.append(away, -away))).astype(dtype), x])


@each_dtype
@each_point
def test_a_difference_has_one_rounding(point, dtype):
    assert worst_units(lambda x: minus(x, point), lambda x: x - mpmath.mpf(point), near(point, dtype)) <= 1.0


@pytest.mark.parametrize("point", [0.1, -0.1, 1.0 / 3.0])
def test_a_difference_from_the_nearest_number_would_be_caught(point):
    plain = worst_units(lambda x: x - point, lambda x: x - mpmath.mpf(point), near(point, "float32"))
    assert plain > 1e3


@each_point
def test_the_difference_at_infinity_and_its_slope(point):
    x = jnp.array([-jnp.inf, jnp.inf, jnp.nan])
    np.testing.assert_array_equal(minus(x, point), x)
    slopes = jax.vmap(jax.grad(lambda x: minus(x, point)))(jnp.asarray(near(point, "float32")))
    np.testing.assert_array_equal(slopes, 1.0)


@each_dtype
def test_nan_or(dtype):
    x = np.array([np.nan, -np.inf, 0.0, np.inf], dtype)
    found = computed(lambda x: nan_or(x, x > 0.0), x)
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, np.array([np.nan, 0.0, 0.0, 1.0], dtype))


@each_dtype
@pytest.mark.parametrize("coefficients", [(3.0,), (1.0, -2.0), (2.0, 0.0, -5.0, 1.0)])
def test_a_polynomial_of_whole_numbers_is_exact(coefficients, dtype):
    x = np.arange(-20.0, 21.0).reshape(1, -1).astype(dtype)
    found = computed(lambda x: polynomial(coefficients, x), x)
    assert found.dtype == dtype
    powers = [[Fraction(float(a)) ** n for n in range(len(coefficients))] for a in x[0]]
    exact = [sum(Fraction(c) * p for c, p in zip(coefficients, row, strict=True)) for row in powers]
    assert [Fraction(float(value)) for value in found[0]] == exact


def test_the_slope_of_a_polynomial():
    cubic = jax.grad(lambda x: polynomial((1.0, 2.0, 3.0, 4.0), x))
    assert cubic(2.0) == 2.0 + 6.0 * 2.0 + 12.0 * 4.0
    assert jax.grad(cubic)(2.0) == 6.0 + 24.0 * 2.0
