"""bnact.activations.elementary.hyperbolic: tangents of any height and steepness, and their derivatives."""

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

from bnact.activations.elementary import tangent, tangent_bend, tangent_inverse, tangent_slope

from .last_places import DTYPES, both_signs, computed, largest, smallest_normal, units_of, worst_units

SHAPES = {
    "unit": (1.0, 1.0),
    "lecun": (1.7159, 2.0 / 3.0),
    "cap": (30.0, 1.0 / 30.0),
    "large cap": (1e6, 1e-6),
    "small cap": (1e-6, 1e6),
    "steep": (0.001, 1000.0),
    "falling": (-2.0, 0.5),
    "neither": (5.0, 0.3),
}
LIMITS = {"float32": (3.0, 6.0, 8.0), "float64": (8.0, 8.0, 12.0)}

each_dtype = pytest.mark.parametrize("dtype", DTYPES)
each_shape = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)


def exact(height, rate):
    """The tangent and its first two derivatives in many digits."""
    height, rate = mpmath.mpf(height), mpmath.mpf(rate)

    def slope(x):
        return height * rate * mpmath.sech(rate * x) ** 2

    return (
        lambda x: height * mpmath.tanh(rate * x),
        slope,
        lambda x: -2 * rate * mpmath.tanh(rate * x) * slope(x),
    )


def points(rate, dtype):
    """Over all exponents, and evenly to where the slope is no number any more."""
    bend = both_signs(1e-3, {"float32": 50.0, "float64": 365.0}[dtype], 400, "float64") / rate
    spread = both_signs(smallest_normal(dtype), largest(dtype), 200, dtype)
    return np.concatenate([spread, bend.astype(dtype)])


def orders(height, rate):
    fns = tangent, tangent_slope, tangent_bend
    return [lambda x, fn=fn: fn(x, height, rate) for fn in fns]


@each_dtype
@each_shape
def test_to_the_last_places(shape, dtype):
    x = points(shape[1], dtype)
    for fn, truth, limit in zip(orders(*shape), exact(*shape), LIMITS[dtype], strict=True):
        assert worst_units(fn, truth, x) <= limit


def plain(height, rate):
    """What one would write, and what autodiff makes of it."""

    def value(x):
        return height * jnp.tanh(rate * x)

    slope = jax.grad(value)
    return value, jax.vmap(slope), jax.vmap(jax.grad(slope))


@each_dtype
@pytest.mark.parametrize("order", [1, 2])
def test_the_derivatives_of_the_plain_formula_would_be_caught(order, dtype):
    x = points(1.0, dtype)
    found = worst_units(plain(1.0, 1.0)[order], exact(1.0, 1.0)[order], x[np.abs(x) < 1e3])
    assert found > 1e6


def test_the_plain_formula_would_be_caught():
    height, rate = SHAPES["lecun"]
    assert worst_units(plain(height, rate)[0], exact(height, rate)[0], points(rate, "float32")) > 3.0


@each_dtype
@each_shape
def test_at_infinity_zero_and_nan(shape, dtype):
    height, rate = shape
    x = np.array([-np.inf, 0.0, np.inf, np.nan], dtype)
    value, slope, bend = (computed(fn, x) for fn in orders(height, rate))
    np.testing.assert_array_equal(value, np.array([-height, 0.0, height, np.nan], dtype))
    np.testing.assert_allclose(slope, [0.0, height * rate, 0.0, np.nan], rtol=2.0 * np.finfo(dtype).eps)
    np.testing.assert_array_equal(bend, [0.0, 0.0, 0.0, np.nan])


@each_dtype
def test_a_height_for_every_number(dtype):
    x = np.linspace(-5.0, 5.0, 101).astype(dtype)
    heights = np.linspace(0.5, 2.0, 101).astype(dtype)
    for fn, number in ((tangent, 0), (tangent_slope, 1), (tangent_bend, 2)):
        found = computed(lambda x, height, fn=fn: fn(x, height, 0.3), x, heights)
        each = units_of(found, lambda x, height, n=number: exact(height, 0.3)[n](x), x, heights)
        assert each.max() <= LIMITS[dtype][number]


@each_dtype
@pytest.mark.parametrize("shape", [(1.0, 1.0), (1.75, 2.0 / 3.0), (30.0, 1.0 / 30.0)])
def test_the_inverse(shape, dtype):
    height, rate = shape
    inside = (height * np.sin(np.linspace(-1.57, 1.57, 801))).astype(dtype)
    inside = np.concatenate([inside, both_signs(smallest_normal(dtype) * 1e4, 0.9 * height, 200, dtype)])

    def inverse(y):
        return tangent_inverse(y, height, rate)

    assert (
        worst_units(inverse, lambda y: mpmath.atanh(y / mpmath.mpf(height)) / mpmath.mpf(rate), inside) <= 5
    )
    outside = np.array([-2.0 * height, -height, 0.0, height, 2.0 * height, np.nan], dtype)
    expected = [np.nan, -np.inf, 0.0, np.inf, np.nan, np.nan]
    np.testing.assert_array_equal(computed(inverse, outside), np.array(expected, dtype))
    assert (
        worst_units(
            lambda y: jnp.log((height + y) / (height - y)) / (2.0 * rate),
            lambda y: mpmath.atanh(y / mpmath.mpf(height)) / mpmath.mpf(rate),
            inside,
        )
        > 1e3
    )


def test_the_third_derivative_far_out_is_a_number():
    third = jax.jit(jax.vmap(jax.grad(lambda x: tangent_bend(x, 1.0, 1.0))))
    np.testing.assert_array_equal(third(jnp.array([-1e30, -200.0, 200.0, 1e30])), 0.0)
