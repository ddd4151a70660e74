"""bnact.activations.elementary.half_turns: f x / pi behind the point, over all numbers, and sines of it."""

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

from bnact.activations.elementary import half_turns, sine_of_twice, square_of_sine
from bnact.activations.elementary.turn_pieces import PIECES, turn_pieces

from .last_places import DTYPES, both_signs, computed, largest, smallest_normal, units_of

FREQUENCIES = (1e-6, 0.3, 1.702, 20.0, 1e6)
DIGITS = 500
each_dtype = pytest.mark.parametrize("dtype", DTYPES)
each_frequency = pytest.mark.parametrize("frequency", FREQUENCIES)


def points(frequency, dtype):
    """Over all exponents, and next to multiples of half of pi."""
    # Below that the last pieces are below the smallest normal number.
    low = smallest_normal(dtype) / float(np.finfo(dtype).eps) ** 2 / min(frequency, 1.0)
    multiples = np.random.default_rng(0).integers(-(10**6), 10**6, 100) * (0.25 * np.pi / frequency)
    near = np.linspace(-20.0 / frequency, 20.0 / frequency, 300)
    return np.concatenate(
        [both_signs(low, largest(dtype), 150, dtype), multiples.astype(dtype), near.astype(dtype)]
    )


def exact(x, frequency, later):
    """f x / pi behind the point, in 500 digits."""
    with mpmath.workdps(DIGITS):
        turns = mpmath.mpf(frequency) * mpmath.mpf(float(x)) / mpmath.pi + later
        return turns - mpmath.nint(turns)


def worst(found, x, frequency, later):
    """The largest error relative to the result; a half may be one of the other sign."""
    errors = []
    with mpmath.workdps(DIGITS):
        for number, high, low in zip(x, *found, strict=True):
            right = exact(number, frequency, later)
            off = abs(mpmath.mpf(float(high)) + mpmath.mpf(float(low)) - right)
            errors.append(float(min(off, abs(off - 1)) / abs(right)) if right else float(off))
    return max(errors)


@each_dtype
@each_frequency
@pytest.mark.parametrize("later", [0.0, 0.25])
def test_more_digits_than_the_dtype_has(frequency, later, dtype):
    x = points(frequency, dtype)
    high, low = computed(lambda x: half_turns(x, frequency, later), x)
    assert np.all(np.abs(high) <= 0.5)
    assert worst((high, low), x, frequency, later) < float(np.finfo(dtype).eps) ** 1.4
    assert worst((high, np.zeros_like(low)), x, frequency, later) > float(np.finfo(dtype).eps) / 16


@each_dtype
@each_frequency
def test_the_sines(frequency, dtype):
    x = points(frequency, dtype)
    square = computed(lambda x: sum(square_of_sine(half_turns(x, frequency))), x)
    limit = {"float32": 2.5, "float64": 4.0}[dtype]
    double = computed(lambda x: sine_of_twice(half_turns(x, frequency)), x)
    with mpmath.workdps(DIGITS):
        assert units_of(square, lambda x: mpmath.sin(exact_angle(x, frequency)) ** 2, x).max() <= limit
        assert units_of(double, lambda x: mpmath.sin(2 * exact_angle(x, frequency)), x).max() <= limit


def exact_angle(x, frequency):
    with mpmath.workdps(DIGITS):
        return mpmath.pi * exact(x, frequency, 0.0)


@each_dtype
def test_at_zero_and_where_there_is_no_angle(dtype):
    at_zero = computed(lambda x: half_turns(x, 0.3), np.zeros(1, dtype))
    np.testing.assert_array_equal(at_zero, 0.0)
    for part in computed(lambda x: half_turns(x, 0.3), np.array([-np.inf, np.inf, np.nan], dtype)):
        assert np.all(np.isnan(part))


def test_the_slope_is_that_of_the_product():
    def number(x):
        high, low = half_turns(x, 0.3, 0.25)
        return high + low

    x = jnp.linspace(-1e6, 1e6, 7)
    np.testing.assert_allclose(jax.vmap(jax.grad(number))(x), 0.3 / np.pi, rtol=1e-6)
    np.testing.assert_array_equal(jax.vmap(jax.grad(jax.grad(number)))(x), 0.0)


@each_dtype
def test_the_pieces_sum_to_the_digits_behind_which_is_looked(dtype):
    table, information = turn_pieces(1.702, dtype), np.finfo(dtype)
    assert table.shape == (PIECES, 2**information.iexp)
    for bits in (1, information.maxexp, 2**information.iexp - 2):
        with mpmath.workdps(DIGITS):
            power = mpmath.mpf(2) ** int(bits + information.minexp - 1)
            off = (
                mpmath.mpf(1.702) / mpmath.pi * power - sum(map(mpmath.mpf, map(float, table[:, bits])))
            ) % (mpmath.mpf(2) ** information.nmant)
            off = min(off, mpmath.mpf(2) ** information.nmant - off)
            assert off <= max(power, mpmath.mpf(1)) * mpmath.mpf(2) ** -(2 * information.nmant + 10)
