"""bnact.activations.elementary.angle: sine and cosine of 2 f x, and the sine of f x."""

import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

from bnact.activations.elementary import doubled_angle, scaled_sine

from .last_places import DTYPES, both_signs, computed, largest, many_digits, smallest_normal, worst_units

FREQUENCIES = (1e-3, 0.3, 1.702, 20.0, 1e6)
each_dtype = pytest.mark.parametrize("dtype", DTYPES)
each_frequency = pytest.mark.parametrize("frequency", FREQUENCIES)


def of_the_angle(factor, frequency):
    """Sine and cosine of factor times frequency times x in many digits."""

    def angle(x):
        return factor * mpmath.mpf(frequency) * x

    return lambda x: mpmath.sin(angle(x)), lambda x: mpmath.cos(angle(x))


def sine(frequency):
    return lambda x: doubled_angle(x, frequency).sine


def cosine(frequency):
    return lambda x: doubled_angle(x, frequency).cosine


def beside_the_zeros(frequency, dtype):
    """Numbers next to the zeros of the cosine of the doubled angle, and of the sine."""
    zeros = (np.arange(-40, 41) * np.pi / (4.0 * frequency)).astype(dtype)
    return np.concatenate([zeros, np.nextafter(zeros, np.asarray(np.inf, dtype))])


def points(frequency, dtype):
    # Below that the low word of the product is below the smallest normal number.
    low = smallest_normal(dtype) / np.finfo(dtype).eps / min(frequency, 1.0)
    spread = both_signs(low, 1e12 / frequency, 300, dtype)
    near = np.linspace(-20.0 / frequency, 20.0 / frequency, 500).astype(dtype)
    return np.concatenate([spread, near, beside_the_zeros(frequency, dtype)])


def worst_of_allowed(fn, truth, factor, frequency, dtype):
    """The largest error over what is allowed: two units, and two of twice the digits of the angle."""
    x = points(frequency, dtype)
    found, right = computed(fn, x).astype(float), many_digits(truth, x)
    eps, angle = float(np.finfo(dtype).eps), factor * frequency * np.abs(x.astype(float))
    allowed = 2.0 * eps * np.abs(right) + 2.0 * eps * eps * angle + smallest_normal(dtype)
    return np.max(np.abs(found - right) / allowed)


@each_dtype
@each_frequency
def test_as_right_as_the_angle_to_twice_the_digits(frequency, dtype):
    (for_sine, for_cosine), (for_single, _) = of_the_angle(2, frequency), of_the_angle(1, frequency)
    assert worst_of_allowed(sine(frequency), for_sine, 2, frequency, dtype) <= 1.0
    assert worst_of_allowed(cosine(frequency), for_cosine, 2, frequency, dtype) <= 1.0
    assert worst_of_allowed(lambda x: scaled_sine(x, frequency), for_single, 1, frequency, dtype) <= 1.0


@each_dtype
@pytest.mark.parametrize("frequency", [0.3, 1.702])
def test_a_rounded_product_would_be_caught(frequency, dtype):
    for_sine, for_cosine = of_the_angle(2, frequency)
    plain = (lambda x: jnp.sin(2.0 * frequency * x)), (lambda x: jnp.cos(2.0 * frequency * x))
    for fn, truth in zip(plain, (for_sine, for_cosine), strict=True):
        assert worst_of_allowed(fn, truth, 2, frequency, dtype) > 1e3


@each_dtype
def test_at_frequency_one_everywhere(dtype):
    x = np.concatenate([both_signs(smallest_normal(dtype), largest(dtype), 500, dtype), points(1.0, dtype)])
    for_sine, for_cosine = of_the_angle(2, 1.0)
    assert worst_units(sine(1.0), for_sine, x) <= 1.5
    assert worst_units(cosine(1.0), for_cosine, x) <= 1.5
    assert worst_units(lambda x: scaled_sine(x, 1.0), mpmath.sin, x) <= 1.5


@each_dtype
def test_twice_a_number_of_the_last_octave_would_be_caught(dtype):
    x = np.linspace(0.6, 1.0, 50).astype(dtype) * np.asarray(largest(dtype), dtype)
    for_sine, _ = of_the_angle(2, 1.0)
    assert worst_units(sine(1.0), for_sine, x) <= 1.5
    assert worst_units(lambda x: jnp.sin(2.0 * x), for_sine, x) == np.inf


@each_dtype
@pytest.mark.parametrize("frequency", [1.0, *FREQUENCIES])
def test_no_angle_at_infinity(frequency, dtype):
    x = np.array([-np.inf, np.inf, np.nan], dtype)
    for order in computed(lambda x: (*doubled_angle(x, frequency), scaled_sine(x, frequency)), x):
        assert np.all(np.isnan(order))


@each_dtype
@pytest.mark.parametrize("frequency", [1.0, 0.3])
def test_at_zero(frequency, dtype):
    zero = np.zeros(1, dtype)
    assert computed(lambda x: doubled_angle(x, frequency), zero) == (0.0, 1.0)
    assert computed(lambda x: scaled_sine(x, frequency), zero) == 0.0
