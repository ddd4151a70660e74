"""The rules: `jax.grad` and the declared derivatives are one function, in every mode and transformation."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.typing import DTypeLike

from bnact.activations import ACTIVATIONS
from bnact.activations.rule import curve
from bnact.numerics.finite_differences import directional_derivative
from bnact.numerics.tolerances import TOLERANCES

FLOAT32, FLOAT64 = TOLERANCES["float32"], TOLERANCES["float64"]
NAMES = list(ACTIVATIONS)

each_activation = pytest.mark.parametrize("act", ACTIVATIONS.values(), ids=NAMES)


def points(dtype: DTypeLike = np.float32):
    # No point is a breakpoint, nor within a finite difference of one.
    return np.linspace(-6.05, 6.15, 41).astype(dtype)


def against_finite_differences(fn, derivative, x):
    """Asserts that derivative is fn's, at every point by itself, in float64."""
    with jax.enable_x64(True):
        expected = directional_derivative(fn, x, np.ones_like(x))
        actual = np.asarray(derivative(x))
    np.testing.assert_allclose(actual, expected, rtol=FLOAT64.gradient, atol=FLOAT64.gradient)


def third_derivative(act):
    return jax.vmap(jax.grad(act.second_derivative))


@each_activation
def test_finite_differences(act):
    x = points(np.float64)
    against_finite_differences(act, act.derivative, x)
    against_finite_differences(act.derivative, act.second_derivative, x)
    against_finite_differences(act.second_derivative, third_derivative(act), x)


@pytest.mark.parametrize("name", [name for name, act in ACTIVATIONS.items() if not act.breakpoints])
def test_finite_differences_where_the_two_formulas_meet(name):
    act, x = ACTIVATIONS[name], np.zeros(1)
    against_finite_differences(act, act.derivative, x)
    against_finite_differences(act.derivative, act.second_derivative, x)
    against_finite_differences(act.second_derivative, third_derivative(act), x)


@pytest.mark.parametrize(
    "spoil",
    [lambda d: 1.01 * d, lambda d: 0.0 * d, lambda d: -d, lambda d: d + 1e-6],
    ids=["factor", "zero", "sign", "shift"],
)
@each_activation
def test_a_wrong_derivative_is_caught(act, spoil):
    with pytest.raises(AssertionError):
        against_finite_differences(act, lambda x: spoil(act.derivative(x)), points(np.float64))


@each_activation
def test_grad_is_the_derivative(act):
    x = points()
    first = jax.vmap(jax.grad(act))
    second = jax.vmap(jax.grad(jax.grad(act)))
    np.testing.assert_array_equal(first(x), act.derivative(x))
    np.testing.assert_allclose(second(x), act.second_derivative(x), rtol=FLOAT32.gradient, atol=0)
    np.testing.assert_array_equal(jax.vmap(jax.grad(act.derivative))(x), act.second_derivative(x))


def test_a_rule_that_is_ignored_would_be_caught():
    wrong = curve("wrong", jnp.sin, lambda x: 1.01 * jnp.cos(x), lambda x: -jnp.sin(x))
    np.testing.assert_allclose(jax.grad(wrong.value)(0.5), 1.01 * np.cos(0.5), rtol=FLOAT32.gradient)


@each_activation
def test_forward_and_reverse_mode(act):
    x, tangent = points(), np.cos(points())
    value, pushed = jax.jvp(act, (x,), (tangent,))
    np.testing.assert_array_equal(value, act(x))
    expected = act.derivative(x) * tangent
    np.testing.assert_allclose(pushed, expected, rtol=FLOAT32.gradient)
    np.testing.assert_allclose(jax.vjp(act, x)[1](tangent)[0], expected, rtol=FLOAT32.gradient)


@each_activation
def test_hessian(act):
    x = points()[:5]

    def total(x):
        return jnp.sum(act(x))

    expected = np.diag(np.asarray(act.second_derivative(x)))
    for hessian in (jax.hessian(total), jax.jacrev(jax.grad(total)), jax.jacfwd(jax.jacfwd(total))):
        np.testing.assert_allclose(hessian(x), expected, rtol=FLOAT32.gradient, atol=FLOAT32.gradient)


@each_activation
def test_under_jit_vmap_scan_and_remat(act):
    x = points()

    def looped(x):
        return jnp.sum(jax.lax.scan(lambda carry, one: (carry, act(one)), 0, x)[1])

    def rematerialized(x):
        return jnp.sum(jax.checkpoint(act)(x))

    np.testing.assert_allclose(jax.jit(act)(x), act(x), rtol=FLOAT32.value)
    np.testing.assert_allclose(jax.vmap(act)(x), act(x), rtol=FLOAT32.value)
    for total in (looped, rematerialized):
        gradient = jax.jit(jax.grad(total))(x)
        np.testing.assert_allclose(gradient, act.derivative(x), rtol=FLOAT32.gradient)


@each_activation
def test_no_gradient_is_nan_anywhere(act):
    x = np.array([0.0, -0.0, 1e-45, -1e-45, 1e30, -1e30, np.inf, -np.inf], np.float32)
    for fn in (act, act.derivative, act.second_derivative):
        assert np.all(np.isfinite(jax.vmap(jax.grad(fn))(x)))
