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

LIMITS = {0: 4.0, 1: 8.0}
POINTS = 20_000

each_activation = pytest.mark.parametrize("name", ACTIVATIONS)


def worst_float32(act, order, of=None):
    x = log_spaced(np.float32, POINTS)
    return np.max(units(sampled(of or act.curve, x)[order], truth(act, order, x), np.float32))


@pytest.mark.parametrize("order", LIMITS)
@each_activation
def test_float32(name, order):
    assert worst_float32(ACTIVATIONS[name], order) <= LIMITS[order]


# A second derivative has zeros of which nothing is known; there what counts is the absolute error.
@each_activation
def test_the_second_derivative_in_float32(name):
    act, x = ACTIVATIONS[name], log_spaced(np.float32, 4000)
    found, right = sampled(act.curve, x)[2], truth(act, 2, x)
    relative = units(found, right, np.float32)
    with np.errstate(invalid="ignore"):  # infinity less infinity
        near_a_zero = (np.abs(found - right) < 2e-7) & (np.abs(right) < 0.2) & (np.abs(x) < 10.0)
    assert np.max(np.where(near_a_zero, 0.0, relative)) <= 16.0


@pytest.mark.parametrize("order", [0, 1, 2])
@each_activation
def test_float64(name, order):
    act = ACTIVATIONS[name]
    x = np.concatenate([np.linspace(-30.0, 30.0, 403), log_spaced(np.float64, 100)])
    x = x[np.abs(x) < 1e100]
    found, right = sampled(act.curve, x)[order], truth(act, order, x)
    np.testing.assert_allclose(found, right, rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize("spoil", [lambda y: 1.000001 * y, lambda y: y + 1e-6], ids=["factor", "shift"])
def test_a_wrong_formula_is_caught(spoil):
    tanh = ACTIVATIONS["tanh"]
    wrong = curve("wrong", lambda x: spoil(jnp.tanh(x)), tanh.derivative, tanh.second_derivative)
    assert worst_float32(tanh, 0, wrong) > LIMITS[0]


def test_a_lost_tail_is_caught():
    sigmoid = ACTIVATIONS["sigmoid"]
    usual = curve("usual", jax.nn.sigmoid, jax.grad(jax.nn.sigmoid), jax.grad(jax.grad(jax.nn.sigmoid)))
    lost = curve("lost", sigmoid.curve.value, jax.vmap(usual.derivative), sigmoid.second_derivative)
    assert worst_float32(sigmoid, 1, lost) > 1e6
