"""Evaluation in a hundred digits: it agrees with mpmath, and does not cancel where float64 does."""

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from jax import lax

from bnact.tracing.multiprecision import exact
from tests.tracing.many_digits import POINTS, agree, by_mpmath

FORMULAS = {
    "abs": (jnp.abs, abs),
    "acos": (jnp.arccos, mpmath.acos),
    "acosh": (lax.acosh, mpmath.acosh),
    "asin": (jnp.arcsin, mpmath.asin),
    "asinh": (lax.asinh, mpmath.asinh),
    "atan": (jnp.arctan, mpmath.atan),
    "atan2": (lambda x: jnp.arctan2(x, 2.0), lambda x: mpmath.atan2(x, 2)),
    "atanh": (lax.atanh, mpmath.atanh),
    "cbrt": (jnp.cbrt, lambda x: mpmath.sign(x) * mpmath.root(abs(x), 3)),
    "ceil": (jnp.ceil, mpmath.ceil),
    "clip": (lambda x: lax.clamp(-1.0, x, 0.5), lambda x: min(max(x, -1), mpmath.mpf("0.5"))),
    "cos": (jnp.cos, mpmath.cos),
    "cosh": (lax.cosh, mpmath.cosh),
    "digamma": (lax.digamma, mpmath.digamma),
    "erf": (lax.erf, mpmath.erf),
    "erf_inv": (lax.erf_inv, mpmath.erfinv),
    "erfc": (lax.erfc, mpmath.erfc),
    "exp": (jnp.exp, mpmath.exp),
    "exp2": (jnp.exp2, lambda x: mpmath.mpf(2) ** x),
    "expm1": (jnp.expm1, mpmath.expm1),
    "floor": (jnp.floor, mpmath.floor),
    "gamma": (lambda x: lax.lgamma(jnp.abs(x) + 0.5), lambda x: mpmath.loggamma(abs(x) + 0.5)),
    "integer_pow": (lambda x: lax.integer_pow(x, 3), lambda x: x * x * x),
    "log": (jnp.log, mpmath.log),
    "log1p": (jnp.log1p, mpmath.log1p),
    "log2": (lambda x: jnp.log2(jnp.abs(x) + 1.0), lambda x: mpmath.log(abs(x) + 1, 2)),
    "maximum": (lambda x: jnp.maximum(x, 0.5), lambda x: max(x, mpmath.mpf("0.5"))),
    "minimum": (lambda x: jnp.minimum(x, 0.5), lambda x: min(x, mpmath.mpf("0.5"))),
    "power": (lambda x: x**2.5, lambda x: x ** mpmath.mpf("2.5")),
    "reciprocal root": (lambda x: lax.rsqrt(x * x + 1.0), lambda x: 1 / mpmath.sqrt(x * x + 1)),
    "remainder": (lambda x: lax.rem(x, jnp.ones_like(x) * 1.5), lambda x: x - 1.5 * int(x / 1.5)),
    "round to even": (jnp.round, mpmath.nint),
    "round away": (lax.round, lambda x: mpmath.sign(x) * mpmath.floor(abs(x) + mpmath.mpf("0.5"))),
    "sigmoid": (jax.nn.sigmoid, lambda x: 1 / (1 + mpmath.exp(-x))),
    "sign": (jnp.sign, mpmath.sign),
    "sin": (jnp.sin, mpmath.sin),
    "sinh": (lax.sinh, mpmath.sinh),
    "softplus": (jax.nn.softplus, lambda x: mpmath.log1p(mpmath.exp(x))),
    "square root": (jnp.sqrt, mpmath.sqrt),
    "square": (jnp.square, lambda x: x * x),
    "stop_gradient": (lambda x: lax.stop_gradient(x) - 1.0, lambda x: x - 1),
    "tan": (jnp.tan, mpmath.tan),
    "tanh": (jnp.tanh, mpmath.tanh),
    "through another shape": (lambda x: jnp.squeeze(x.reshape(1)), lambda x: x),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_agreement_with_mpmath(name):
    fn, formula = FORMULAS[name]
    agree(exact(fn, POINTS), by_mpmath(formula))


def test_another_formula_is_caught():
    with pytest.raises(AssertionError):
        agree(exact(lambda x: jnp.sin(x) * (1.0 + 1e-15), POINTS), by_mpmath(mpmath.sin))


SLOPES = {
    "gelu": (
        lambda x: jax.nn.gelu(x, approximate=False),
        # jax.nn's constants are rounded to float64.
        lambda x: (
            (mpmath.erfc(-x * np.sqrt(0.5)) / 2)
            + x * np.sqrt(0.5) * mpmath.exp(-((x * np.sqrt(0.5)) ** 2)) / mpmath.sqrt(mpmath.pi)
        ),
        1e-13,
    ),
    # JAX rounds two over the root of pi to float64.
    "erf": (lax.erf, lambda x: 2 * mpmath.exp(-x * x) / mpmath.sqrt(mpmath.pi), 1e-15),
    "sigmoid": (jax.nn.sigmoid, lambda x: mpmath.exp(-x) / (1 + mpmath.exp(-x)) ** 2, 1e-80),
    "silu": (
        jax.nn.silu,
        lambda x: (1 + mpmath.exp(-x) + x * mpmath.exp(-x)) / (1 + mpmath.exp(-x)) ** 2,
        1e-80,
    ),
    "softplus": (jax.nn.softplus, lambda x: 1 / (1 + mpmath.exp(-x)), 1e-80),
    "tanh": (jnp.tanh, lambda x: mpmath.sech(x) ** 2, 1e-60),
    "squareplus": (
        jax.nn.squareplus,
        lambda x: (1 + x / mpmath.sqrt(x * x + 4)) / 2,
        1e-80,
    ),
    "log1p(x^2)": (lambda x: jnp.log1p(x * x), lambda x: 2 * x / (1 + x * x), 1e-80),
    "remat": (
        jax.checkpoint(lambda x: jnp.sin(jnp.cos(x))),
        lambda x: -mpmath.cos(mpmath.cos(x)) * mpmath.sin(x),
        1e-80,
    ),
}


@pytest.mark.parametrize("name", SLOPES)
def test_gradients(name):
    fn, formula, bound = SLOPES[name]
    found, right = exact(jax.grad(fn), POINTS), by_mpmath(formula)
    for one, other in zip(found, right, strict=True):
        assert abs(one - other) <= bound * abs(other)


def test_value_and_gradient_in_one_call():
    value, slope = exact(jax.value_and_grad(jnp.sin), POINTS)
    agree(value, by_mpmath(mpmath.sin))
    agree(slope, by_mpmath(mpmath.cos))


CANCELLING = {
    "1 - sigmoid at 40": (lambda x: 1.0 - jax.nn.sigmoid(x), 40.0, lambda x: 1 / (1 + mpmath.exp(x))),
    "sigmoid' at 90": (jax.grad(jax.nn.sigmoid), 90.0, lambda x: mpmath.exp(x) / (1 + mpmath.exp(x)) ** 2),
    "(1 - cos x) / x^2 at 1e-9": (
        lambda x: (1.0 - jnp.cos(x)) / (x * x),
        1e-9,
        lambda x: 2 * (mpmath.sin(x / 2) / x) ** 2,
    ),
    "1 + erf at -6": (lambda x: 1.0 + lax.erf(x), -6.0, lambda x: mpmath.erfc(-x)),
    "(x + 1) - 1 at 1e-30": (lambda x: (x + 1.0) - 1.0, 1e-30, lambda x: x),
}


@pytest.mark.parametrize("name", CANCELLING)
def test_what_cancels_in_float64_does_not_here(name):
    fn, point, formula = CANCELLING[name]
    right = by_mpmath(formula, [point])[0]
    found = exact(fn, np.array([point]))[0]
    assert abs(found - right) <= 1e-30 * abs(right)
    with jax.enable_x64(True):
        assert abs(float(fn(np.float64(point))) - right) > 1e-9 * abs(right)


def test_too_few_digits_cancel():
    """The twin: with the digits of float64 it would."""
    fn, point, formula = CANCELLING["1 - sigmoid at 40"]
    assert abs(exact(fn, np.array([point]), digits=15)[0] - by_mpmath(formula, [point])[0]) > 1e-18


def test_a_polynomial_of_the_library():
    """sinc is one near its zeros in the newest JAX."""
    points = np.array([0.1, 0.7, 1.3, 2.0])
    np.testing.assert_allclose([float(y) for y in exact(jnp.sinc, points)], np.sinc(points), atol=1e-7)
