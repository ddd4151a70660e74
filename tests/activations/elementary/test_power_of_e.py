"""bnact.activations.elementary.power_of_e, and what is made of it: a sigmoid of a cubic argument.

bnact.activations.elementary.scaled_sigmoid and bnact.activations.elementary.cubic_argument.
"""

import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

from bnact.activations.elementary import (
    CUBIC,
    cubic_argument,
    cubic_argument_inverse,
    cubic_slope,
    power_of_e,
    power_of_two,
    reach_of_sigmoid,
    scaled_sigmoid,
)

from .last_places import DTYPES, computed, units_of, worst_units

EXPONENTS = {"float32": 87.0, "float64": 708.0}
RATES = (1.0, 1.702, 0.3, 20.0, -0.7)

each_dtype = pytest.mark.parametrize("dtype", DTYPES)
each_rate = pytest.mark.parametrize("rate", RATES)


def points(rate, dtype):
    reach = EXPONENTS[dtype] / abs(rate)
    return np.linspace(-reach, reach, 1501).astype(dtype)


@each_dtype
@each_rate
def test_a_power_of_e_to_the_last_places(rate, dtype):
    x = points(rate, dtype)

    def truth(x):
        return mpmath.exp(mpmath.mpf(rate) * x)

    assert worst_units(lambda x: power_of_e(rate, x).over(0.0), truth, x) <= 2.5
    if rate != 1.0:
        assert worst_units(lambda x: jnp.exp(rate * x), truth, x) > 5.0


@each_dtype
def test_what_the_high_word_leaves_out_counts(dtype):
    x = points(1.702, dtype)
    low = (x * np.asarray(1e-5, dtype)).astype(dtype)
    found = computed(lambda x, low: power_of_e(1.702, x, low).over(0.0), x, low)
    assert units_of(found, lambda x, low: mpmath.exp(mpmath.mpf(1.702) * (x + low)), x, low).max() <= 3.0


@each_dtype
def test_powers_of_two_are_exact(dtype):
    lowest, highest = int(np.finfo(dtype).minexp), int(np.finfo(dtype).maxexp)
    whole = np.arange(lowest, highest).astype(dtype)
    np.testing.assert_array_equal(
        computed(power_of_two, whole), np.ldexp(np.ones(1, dtype), whole.astype(int))
    )


@each_dtype
def test_more_than_the_largest_number(dtype):
    x = np.array([1.1 * EXPONENTS[dtype]], dtype)
    significand, exponent = computed(lambda x: power_of_e(1.0, x), x)
    with mpmath.workdps(40):
        exact = mpmath.exp(mpmath.mpf(float(x[0]))) / mpmath.mpf(2) ** int(exponent[0])
    np.testing.assert_allclose(significand, float(exact), rtol=2.0 * np.finfo(dtype).eps)
    assert np.isnan(computed(lambda x: power_of_e(1.0, x).significand, np.array([np.nan], dtype)))


def argument(x):
    """2 sqrt(2 / pi) (x + 0.044715 x^3) over the factor of x^3."""
    return x / mpmath.mpf(0.044715) + x**3


@each_dtype
def test_the_cubic_argument_to_more_than_the_digits(dtype):
    x = np.linspace(-12.0, 12.0, 801).astype(dtype)
    high, low = computed(cubic_argument, x)
    with mpmath.workdps(60):
        numbers = [[mpmath.mpf(float(value)) for value in row] for row in zip(high, low, x, strict=True)]
        errors = [abs((h + rest) / argument(a) - 1) for h, rest, a in numbers if a != 0]
    assert float(max(errors)) < float({"float32": 2.0**-32, "float64": 2.0**-54}[dtype])


@pytest.mark.parametrize("y", [-50.0, -1.0, 0.0, 1e-3, 3.0, 87.0, 700.0])
def test_the_inverse_of_the_cubic_argument(y):
    x = cubic_argument_inverse(y)
    assert float(argument(mpmath.mpf(x))) * CUBIC == pytest.approx(y, rel=1e-14)


@each_dtype
def test_the_slope_of_the_cubic_argument(dtype):
    x = np.linspace(-12.0, 12.0, 801).astype(dtype)
    assert (
        worst_units(cubic_slope, lambda x: mpmath.mpf(CUBIC) * (1 / mpmath.mpf(0.044715) + 3 * x**2), x)
        <= 2.5
    )


def words_of(x):
    return type(cubic_argument(x))(x, jnp.zeros_like(x))


@each_dtype
def test_a_sigmoid_times_a_factor_before_it_underflows(dtype):
    reach = reach_of_sigmoid(dtype)
    x = np.linspace(-0.95 * reach.low, reach.high, 1001).astype(dtype)
    # Between the largest number and the smallest the product with the factor is one.
    factor = {"float32": 1e10, "float64": 1e20}[dtype]

    def product(x):
        s = scaled_sigmoid(1.0, words_of(x))
        return factor / s.total * s.scale

    def truth(x):
        return mpmath.mpf(factor) / (1 + mpmath.exp(-x))

    assert worst_units(product, truth, x) <= 4.0
    assert worst_units(lambda x: factor * (1.0 / (1.0 + jnp.exp(-x))), truth, x) > 1e6


@each_dtype
def test_what_a_sigmoid_lacks_to_one_does_not_cancel(dtype):
    x = np.linspace(0.0, reach_of_sigmoid(dtype).high, 1001).astype(dtype)

    def rest(x):
        s = scaled_sigmoid(1.0, words_of(x))
        return s.growth / s.total

    assert worst_units(rest, lambda x: 1 / (1 + mpmath.exp(x)), x) <= 4.0
