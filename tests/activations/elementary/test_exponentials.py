"""bnact.activations.elementary.exponentials: products with what is about to underflow, and the left slope."""

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

from bnact.activations.elementary import Exponential, bounded, decay, exponential, tailed

from .last_places import DTYPES, computed, smallest_normal, worst_units

REACH = {"float32": 105.0, "float64": 725.0}
"""Where exp(-a) is no number any more, but 1000 a^2 exp(-a) is."""


def polynomial_times(a):
    return 1000.0 * a * a


def with_a_tail(times):
    """1000 a^2 exp(-a), by a product with the exponential."""
    return lambda a: times(exponential(-a), polynomial_times(a))


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_product_before_it_underflows(dtype):
    a = np.linspace(0.0, REACH[dtype], 1001).astype(dtype)

    def truth(a):
        return 1000 * a * a * mpmath.exp(-a)

    assert worst_units(with_a_tail(Exponential.times), truth, a) <= 4.0
    assert worst_units(with_a_tail(lambda small, factor: factor * small.value), truth, a) > 1e6


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_parts_of_an_exponential(dtype):
    exponent = -np.linspace(0.0, REACH[dtype], 1001).astype(dtype)
    power, scale = computed(exponential, exponent)
    assert np.all(power >= smallest_normal(dtype))
    np.testing.assert_array_equal(scale[exponent >= -64.0], 1.0)
    np.testing.assert_allclose(scale[exponent < -64.0], np.exp(-32.0), rtol=0.5)


def test_a_polynomial_times_nothing_is_nothing():
    x = jnp.array([-jnp.inf, -5000.0, 5000.0, jnp.inf])
    far = bounded(x)
    assert np.all(np.isfinite(far))
    np.testing.assert_array_equal(exponential(-jnp.abs(far)).times(polynomial_times(far)), 0.0)
    assert np.isnan(bounded(jnp.float32(jnp.nan)))
    inside = np.array([-900.0, 0.5, 88.0], np.float32)
    np.testing.assert_array_equal(bounded(jnp.asarray(inside)), inside)


@pytest.mark.parametrize("x", [0.0, -0.0])
def test_the_slope_of_a_decay_at_zero_is_the_left_one(x):
    slope = jax.grad(decay)
    assert jax.jit(slope)(x) == 1.0
    assert jax.jit(jax.grad(slope))(x) == 1.0
    assert jax.jit(slope)(1e-30) == -1.0


def silu(x):
    """x sigmoid(x) by a quotient with a tail."""
    near = bounded(x)
    small = exponential(-jnp.abs(near))
    return tailed(x, small, x, 1.0 + small.value)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_quotient_with_a_tail(dtype):
    x = np.linspace(-REACH[dtype] + 12.0, 30.0, 1001).astype(dtype)

    def truth(x):
        return x / (1 + mpmath.exp(-x))

    assert worst_units(silu, truth, x) <= 4.0
    assert worst_units(lambda x: x / (1.0 + jnp.exp(-x)), truth, x) > 1e6
