"""learned.learnable_snake: value and derivatives against 60 digits, small frequencies too."""

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

from bnact.activations import learnable_snake


def exact(x, a):
    """Value, by x, by a, by x twice, by both, by a twice, written plainly."""
    u = a * x
    square, double, bend = mpmath.sin(u) ** 2, mpmath.sin(2 * u), mpmath.cos(2 * u)
    return (
        x + square / a,
        1 + double,
        x * double / a - square / a**2,
        2 * a * bend,
        2 * x * bend,
        2 * x**2 * bend / a - 2 * x * double / a**2 + 2 * square / a**3,
    )


def sizes(x, a):
    """What each is a sum of, at most: an error is measured in roundings of that, as all have zeros."""
    u = np.abs(a * x)
    near = np.minimum(1.0, 1.0 / np.maximum(u, 1e-300))
    size = np.abs(x)
    return size, 1.0 + 0 * u, size**2 * near, 2 * np.abs(a), 2 * size, 2 * size**3 * near * np.minimum(1.0, u)


def points(dtype):
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.uniform(-20, 20, 100), 10 ** rng.uniform(-4, 4, 100)])
    a = np.concatenate([rng.uniform(-3, 3, 50), 10 ** rng.uniform(-9, 2, 150)])
    return x.astype(dtype), a.astype(dtype)


@jax.jit
def orders(x, a):
    by_x, by_a = jax.grad(learnable_snake, 0), jax.grad(learnable_snake, 1)
    six = learnable_snake, by_x, by_a, jax.grad(by_x, 0), jax.grad(by_x, 1), jax.grad(by_a, 1)
    return [jax.vmap(fn)(x, a) for fn in six]


def errors(values, order, dtype):
    """(points,) errors in roundings of the terms."""
    x, a = points(dtype)
    with mpmath.workdps(60):
        rows = [exact(mpmath.mpf(float(one)), mpmath.mpf(float(b))) for one, b in zip(x, a, strict=True)]
        off = [abs(mpmath.mpf(float(v)) - row[order]) for v, row in zip(values, rows, strict=True)]
    scale = sizes(x.astype(float), a.astype(float))[order]
    return np.array([float(one) for one in off]) / (scale * float(np.finfo(dtype).eps))


@pytest.mark.parametrize("order", range(6))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_order(dtype, order):
    with jax.enable_x64(dtype == np.float64):
        values = np.asarray(orders(*points(dtype))[order])
    assert errors(values, order, dtype).max() <= 8.0


@pytest.mark.parametrize("order", range(6))
def test_a_factor_of_one_in_a_hundred_thousand_is_caught(order):
    values = np.asarray(orders(*points(np.float32))[order]) * np.float32(1.00001)
    assert errors(values, order, np.float32).max() > 8.0


def test_autodiff_of_the_plain_formula_would_be_caught():
    x, a = points(np.float32)
    plain = jax.vmap(jax.grad(lambda x, a: x + jnp.square(jnp.sin(a * x)) / a, 1))
    with np.errstate(invalid="ignore"):
        assert np.nanmax(errors(np.asarray(plain(x, a)), 2, np.float32)) > 1000.0


def test_frequency_zero_is_the_identity():
    value, slopes = jax.value_and_grad(learnable_snake, (0, 1))(jnp.float32(3.0), jnp.float32(0.0))
    assert (value, *slopes) == (3.0, 1.0, 9.0)
    assert jax.grad(jax.grad(learnable_snake, 1), 1)(jnp.float32(3.0), jnp.float32(0.0)) == 0.0


def test_the_slope_is_never_negative():
    x = np.linspace(-1e4, 1e4, 4001).astype(np.float32)
    assert np.all(jax.jit(jax.vmap(jax.grad(learnable_snake), (0, None)))(x, jnp.float32(1.7)) >= 0)


@pytest.mark.parametrize("x", [np.inf, -np.inf])
def test_at_infinity_there_is_a_value_but_no_slope(x):
    value, slopes = jax.value_and_grad(learnable_snake, (0, 1))(jnp.float32(x), jnp.float32(2.0))
    assert value == x
    assert np.all(np.isnan(slopes))


@pytest.mark.parametrize("a", [0.3, -1.7, 1e-3, 1e3])
def test_angles_of_every_size(a):
    """The slope is right to the last place of 1, for angles up to the largest number."""
    x = np.concatenate([10.0 ** np.arange(0.0, 34.0, 0.25), np.linspace(1e7, 1e9, 100)]).astype(np.float32)
    frequency = np.float32(a)
    slopes = jax.jit(jax.vmap(jax.grad(learnable_snake), (0, None)))(x, frequency)
    with mpmath.workdps(120):
        right = [
            float(1 + mpmath.sin(2 * mpmath.mpf(float(frequency)) * mpmath.mpf(float(one)))) for one in x
        ]
    np.testing.assert_allclose(slopes, right, rtol=0, atol=1e-6)
    plain = 1.0 + jnp.sin(2.0 * frequency * x)
    assert np.max(np.abs(plain - np.array(right, np.float32))) > 0.5


@pytest.mark.parametrize("a", [1e-38, 0.3, 1e20, 1e38, -1e38])
def test_no_nan_for_finite_numbers(a):
    largest = np.finfo(np.float32).max
    x = np.array([1e-38, 1.0, 1e20, 0.51 * largest, largest], np.float32)
    value, slopes = jax.vmap(jax.value_and_grad(learnable_snake, (0, 1)), (0, None))(
        np.concatenate([-x, x]), jnp.float32(a)
    )
    assert np.all(np.isfinite(value))
    assert not np.any(np.isnan(slopes))
