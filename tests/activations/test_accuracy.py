"""Every activation against its definition in 100 digits: how many units of the last place it is off."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.activations import ACTIVATIONS, curve
from bnact.activations.audit.points import log_spaced
from bnact.activations.facts.sampling import sampled
from bnact.activations.facts.truth import truth
from bnact.numerics import units

LIMITS = (4.0, 8.0)
# From the least normal number to the largest, so many by default, and so many besides.
POINTS, FURTHER_POINTS = 6_000, 20_000

each_activation = pytest.mark.parametrize("name", ACTIVATIONS)


def worst_float32(act, of=None, points=POINTS):
    """How far value and derivative are off; `of` is another curve than the activation's own."""
    x = log_spaced(np.float32, points)
    value, derivative, _ = sampled(of or act.curve, x)
    found = enumerate((value, derivative))
    return [np.max(units(each, truth(act, order, x), np.float32)) for order, each in found]


@each_activation
@pytest.mark.parametrize("points", [POINTS, pytest.param(FURTHER_POINTS, marks=pytest.mark.slow)])
def test_float32(name, points):
    value, derivative = worst_float32(ACTIVATIONS[name], points=points)
    assert value <= LIMITS[0]
    assert derivative <= LIMITS[1]


# A second derivative has zeros of which nothing is known; there what counts is the absolute error.
@each_activation
@pytest.mark.parametrize("points", [2000, pytest.param(4000, marks=pytest.mark.slow)])
def test_the_second_derivative_in_float32(name, points):
    act, x = ACTIVATIONS[name], log_spaced(np.float32, points)
    found, right = sampled(act.curve, x)[2], truth(act, 2, x)
    relative = units(found, right, np.float32)
    with np.errstate(invalid="ignore"):  # infinity less infinity
        near_a_zero = (np.abs(found - right) < 2e-7) & (np.abs(right) < 0.2) & (np.abs(x) < 10.0)
    assert np.max(np.where(near_a_zero, 0.0, relative)) <= 16.0


@each_activation
def test_float64(name):
    act = ACTIVATIONS[name]
    x = np.concatenate([np.linspace(-30.0, 30.0, 403), log_spaced(np.float64, 100)])
    x = x[np.abs(x) < 1e100]
    for order, found in enumerate(sampled(act.curve, x)):
        np.testing.assert_allclose(found, truth(act, order, x), rtol=1e-12, atol=1e-16, err_msg=str(order))


@pytest.mark.parametrize("spoil", [lambda y: 1.000001 * y, lambda y: y + 1e-6], ids=["factor", "shift"])
def test_a_wrong_formula_is_caught(spoil):
    tanh = ACTIVATIONS["tanh"]
    wrong = curve("wrong", lambda x: spoil(jnp.tanh(x)), tanh.derivative, tanh.second_derivative)
    assert worst_float32(tanh, wrong)[0] > LIMITS[0]


def test_a_lost_tail_is_caught():
    sigmoid = ACTIVATIONS["sigmoid"]
    usual = curve("usual", jax.nn.sigmoid, jax.grad(jax.nn.sigmoid), jax.grad(jax.grad(jax.nn.sigmoid)))
    lost = curve("lost", sigmoid.curve.value, jax.vmap(usual.derivative), sigmoid.second_derivative)
    assert worst_float32(sigmoid, lost)[1] > 1e6
