"""The rules: `jax.grad` and the declared derivatives are one function, in every mode and transformation."""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.typing import DTypeLike

from bnact.activations import ACTIVATIONS, step
from bnact.activations.facts.sampling import sampled, sampled_function
from bnact.activations.rule import curve
from bnact.numerics.finite_differences import directional_derivative
from bnact.numerics.tolerances import TOLERANCES

FLOAT32, FLOAT64 = TOLERANCES["float32"], TOLERANCES["float64"]
NAMES = list(ACTIVATIONS)

each_activation = pytest.mark.parametrize("act", ACTIVATIONS.values(), ids=NAMES)


def points(dtype: DTypeLike = np.float32):
    # No point is a breakpoint, nor within a finite difference of one; none is where a sharp step is steepest.
    return np.linspace(-6.2525, 5.9475, 41).astype(dtype)


@functools.partial(jax.jit, static_argnums=0)
def gradients(curve, x):
    """The gradient of each of the three functions."""
    return [jax.vmap(jax.grad(fn))(x) for fn in curve]


def derivatives(act, x):
    """The first, second and third derivative, each the gradient of the one before, in float64."""
    with jax.enable_x64(True):
        return np.stack(gradients(act.curve, x))


def against_finite_differences(act, actual, x):
    """Asserts that these are the activation's first three, at every point by itself, in float64.

    A declared surrogate is the first; the others are its derivatives.
    """
    expected = directional_derivative(lambda x: np.stack(sampled(act.curve, x)), x, np.ones_like(x))
    if act.surrogate is not None:
        expected[0] = sampled_function(jax.vmap(act.surrogate), x)
    np.testing.assert_allclose(actual, expected, rtol=FLOAT64.gradient, atol=FLOAT64.gradient)


@each_activation
def test_finite_differences(act):
    x = points(np.float64)
    against_finite_differences(act, derivatives(act, x), x)


@pytest.mark.parametrize("name", [name for name, act in ACTIVATIONS.items() if not act.breakpoints])
def test_finite_differences_where_the_two_formulas_meet(name):
    act, x = ACTIVATIONS[name], np.zeros_like(points(np.float64))
    against_finite_differences(act, derivatives(act, x), x)


@pytest.mark.parametrize(
    "spoil",
    [lambda d: 1.01 * d, lambda d: 0.0 * d, lambda d: -d, lambda d: d + 1e-6],
    ids=["factor", "zero", "sign", "shift"],
)
@each_activation
def test_a_wrong_derivative_is_caught(act, spoil):
    x = points(np.float64)
    first, *others = derivatives(act, x)
    with pytest.raises(AssertionError):
        against_finite_differences(act, np.stack([spoil(first), *others]), x)


def test_a_surrogate_that_is_not_the_declared_one_is_caught():
    x = points(np.float64)
    sharper = dataclasses.replace(step(), surrogate=step(sharpness=10.1).surrogate)
    with pytest.raises(AssertionError):
        against_finite_differences(sharper, derivatives(sharper, x), x)


@each_activation
def test_grad_is_the_derivative(act):
    x = points()
    first, of_the_derivative, _ = gradients(act.curve, x)
    _, derivative, second_derivative = sampled(act.curve, x)
    np.testing.assert_array_equal(first, derivative)
    np.testing.assert_array_equal(of_the_derivative, second_derivative)


def test_a_rule_that_is_ignored_would_be_caught():
    wrong = curve("wrong", jnp.sin, lambda x: 1.01 * jnp.cos(x), lambda x: -jnp.sin(x))
    np.testing.assert_allclose(jax.grad(wrong.value)(0.5), 1.01 * np.cos(0.5), rtol=FLOAT32.gradient)


@each_activation
def test_forward_and_reverse_mode_once_and_twice(act):
    x, tangent = points(), np.cos(points())
    few = x[:5]

    def total(x):
        return jnp.sum(act(x))

    @jax.jit
    def both_modes(x, tangent, few):
        hessians = jax.hessian(total), jax.jacrev(jax.grad(total)), jax.jacfwd(jax.jacfwd(total))
        twice = jax.vmap(jax.grad(jax.grad(act)))(x)
        return jax.jvp(act, (x,), (tangent,)), jax.vjp(act, x)[1](tangent), twice, [h(few) for h in hessians]

    (value, pushed), (pulled,), twice, hessians = both_modes(x, tangent, few)
    expected_value, derivative, second_derivative = sampled(act.curve, x)
    np.testing.assert_array_equal(value, expected_value)
    for product in (pushed, pulled):
        np.testing.assert_allclose(product, derivative * tangent, rtol=FLOAT32.gradient)
    np.testing.assert_allclose(twice, second_derivative, rtol=FLOAT32.gradient, atol=0)
    for hessian in hessians:
        expected = np.diag(second_derivative[:5])
        np.testing.assert_allclose(hessian, expected, rtol=FLOAT32.gradient, atol=FLOAT32.gradient)


@each_activation
def test_under_jit_vmap_scan_and_remat(act):
    x = points()

    def looped(x):
        return jnp.sum(jax.lax.scan(lambda carry, one: (carry, act(one)), 0, x)[1])

    def rematerialized(x):
        return jnp.sum(jax.checkpoint(act)(x))

    @jax.jit
    def transformed(x):
        return act(x), jax.vmap(act)(x), jax.grad(looped)(x), jax.grad(rematerialized)(x)

    *values, by_scan, by_remat = transformed(x)
    for value in values:
        np.testing.assert_allclose(value, act(x), rtol=FLOAT32.value)
    for gradient in (by_scan, by_remat):
        np.testing.assert_allclose(gradient, sampled(act.curve, x)[1], rtol=FLOAT32.gradient)


@each_activation
def test_no_gradient_is_nan_where_there_is_a_limit(act):
    ends = [end for end, limit in zip((-np.inf, np.inf), act.limits, strict=True) if not np.isnan(limit)]
    # It grows without end and its slope swings without end.
    ends = [] if act.name == "snake" else ends
    extremes = np.array([0.0, -0.0, 1e-45, -1e-45, 1e30, -1e30, *ends], np.float32)
    found = np.stack(gradients(act.curve, np.resize(extremes, points().shape)))
    assert not np.any(np.isnan(found))
    if np.isfinite(act.lipschitz):
        assert np.all(np.isfinite(found[0]))
