"""bnact.activations.elementary.angle: sine and cosine of 2 x."""

import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

from bnact.activations.elementary import doubled_angle

from .last_places import DTYPES, both_signs, computed, largest, smallest_normal, worst_units

each_dtype = pytest.mark.parametrize("dtype", DTYPES)


def sine(x):
    return doubled_angle(x).sine


def cosine(x):
    return doubled_angle(x).cosine


def sine_of_twice(x):
    return mpmath.sin(2 * x)


def cosine_of_twice(x):
    return mpmath.cos(2 * x)


def beside_the_zeros(dtype):
    """Numbers next to the zeros of the cosine of the doubled angle, and of the sine."""
    zeros = (np.arange(-40, 41) * np.pi / 4.0).astype(dtype)
    return np.concatenate([zeros, np.nextafter(zeros, np.asarray(np.inf, dtype))])


@each_dtype
def test_everywhere(dtype):
    spread = both_signs(smallest_normal(dtype), largest(dtype), 500, dtype)
    x = np.concatenate([spread, np.linspace(-20.0, 20.0, 500).astype(dtype), beside_the_zeros(dtype)])
    assert worst_units(sine, sine_of_twice, x) <= 1.5
    assert worst_units(cosine, cosine_of_twice, x) <= 1.5


@each_dtype
def test_twice_a_number_of_the_last_octave_would_be_caught(dtype):
    x = np.linspace(0.6, 1.0, 50).astype(dtype) * np.asarray(largest(dtype), dtype)
    assert worst_units(sine, sine_of_twice, x) <= 1.5
    assert worst_units(lambda x: jnp.sin(2.0 * x), sine_of_twice, x) == np.inf


@each_dtype
def test_no_angle_at_infinity(dtype):
    for order in computed(doubled_angle, np.array([-np.inf, np.inf, np.nan], dtype)):
        assert np.all(np.isnan(order))


@each_dtype
def test_at_zero(dtype):
    assert computed(doubled_angle, np.zeros(1, dtype)) == (0.0, 1.0)
