"""bnact.activations.elementary.derivative_zero, at zeros that are known: those of exp(x) - c."""

import math

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

from bnact.activations.elementary import DerivativeZero

from .last_places import DTYPES, computed, worst_units

LEVELS = (2.0, 0.5, 20.0)


def zero(level, **fields):
    """Of exp(x) - level: at log(level), where it is level (d + d^2 / 2 + ...) with d the distance."""
    with mpmath.workdps(60):
        root = mpmath.log(level)
        rest = float(root - float(root))
    coefficients = tuple(level / math.factorial(k + 1) for k in range(16))
    return DerivativeZero(float(root), rest, coefficients, **fields)


def formula(level):
    return lambda x: jnp.exp(x) - level


def around(at, level):
    return lambda x: at.around(x, formula(level)(x))


def truth(level):
    return lambda x: mpmath.exp(x) - level


def points(level, dtype):
    """The numbers next to the zero, and farther ones at all distances to where the series ends."""
    root = np.asarray(math.log(level), dtype)
    away = np.geomspace(float(np.spacing(np.abs(root))), 0.5, 300)
    beside = [root, *(np.nextafter(root, np.asarray(end, dtype)) for end in (-np.inf, np.inf))]
    return np.concatenate([np.array(beside, dtype), (root + np.append(away, -away)).astype(dtype)])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("level", LEVELS)
def test_to_the_last_places_on_both_sides_of_the_zero(level, dtype):
    x = points(level, dtype)
    assert worst_units(around(zero(level), level), truth(level), x) <= 12.0
    assert worst_units(formula(level), truth(level), x) > 1e4


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("level", LEVELS)
def test_a_zero_in_one_number_would_be_caught(level, dtype):
    rounded = zero(level)._replace(root=float(np.asarray(math.log(level), dtype)), rest=0.0)
    assert worst_units(around(rounded, level), truth(level), points(level, dtype)) > 1e4


def test_the_formula_beyond_the_width():
    at, x = zero(2.0, width=0.125, terms=7), np.linspace(-2.0, 3.0, 401).astype(np.float32)
    found = computed(lambda x: at.around(x, jnp.full_like(x, 7.0)), x)
    np.testing.assert_array_equal(found == 7.0, np.abs(x.astype(float) - at.root) >= 0.125)
    assert np.isnan(at.around(jnp.float32(jnp.nan), jnp.float32(jnp.nan)))
    infinite = jnp.array([-jnp.inf, jnp.inf])
    np.testing.assert_array_equal(
        at.around(infinite, formula(2.0)(infinite)), np.array([-2.0, np.inf], np.float32)
    )


def test_its_slope_is_that_of_the_derivative():
    slopes = jax.jit(jax.vmap(jax.grad(around(zero(2.0), 2.0))))
    x = points(2.0, "float32")
    np.testing.assert_allclose(slopes(x), np.exp(x), rtol=2e-6)
