"""Values at any number of points, in any dtype, from one compiled call."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.activations import ACTIVATIONS
from bnact.activations.facts import sampled, sampled_function
from bnact.activations.facts.sampling import SIZE

from .curves import curve_of

SQUARE = curve_of(lambda x: x * x)
SIZES = (0, 1, 7, SIZE - 1, SIZE, SIZE + 1, 2 * SIZE + 5)
DTYPES = tuple(map(np.dtype, (np.float16, jnp.bfloat16, np.float32, np.float64)))


@pytest.mark.parametrize("size", SIZES)
def test_any_number_of_points(size):
    x = np.arange(size, dtype=np.float64)
    value, derivative, second = sampled(SQUARE, x)
    np.testing.assert_array_equal(value, x * x)
    np.testing.assert_array_equal(derivative, 2.0 * x)
    np.testing.assert_array_equal(second, np.full(size, 2.0))
    np.testing.assert_array_equal(sampled_function(SQUARE.derivative, x), 2.0 * x)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_in_the_dtype_of_the_points(dtype):
    x = np.linspace(-8.0, 8.0, 33).astype(dtype)
    for order, expected in zip(sampled(SQUARE, x), (x * x, x + x, np.full(33, 2.0)), strict=True):
        assert order.dtype == dtype
        np.testing.assert_array_equal(order, expected.astype(dtype))
    assert sampled_function(SQUARE.value, x).dtype == dtype


def test_float64_has_all_its_digits():
    (value,) = sampled_function(SQUARE.value, np.array([1.0 + 2.0**-30]))
    assert value == 1.0 + 2.0**-29 + 2.0**-60
    assert jnp.ones(1).dtype == jnp.float32


def test_other_sizes_compile_nothing_more():
    traced = []

    def cube(x):
        traced.append(x.shape)
        return x**3

    for size in (3, 1000, SIZE + 3):
        sampled_function(cube, np.ones(size, np.float32))
    assert traced == [(SIZE,)]


def test_infinities_and_nan_are_points_too():
    x = np.array([-np.inf, np.nan, np.inf])
    np.testing.assert_array_equal(sampled(ACTIVATIONS["tanh"].curve, x)[0], [-1.0, np.nan, 1.0])


def test_within_a_traced_function():
    doubled = jax.jit(lambda x: x * float(sampled_function(SQUARE.value, np.array([3.0], np.float32))[0]))
    assert doubled(2.0) == 18.0
