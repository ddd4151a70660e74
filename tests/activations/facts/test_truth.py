"""The truth of an activation, to the last place of float64."""

import dataclasses
import importlib.util

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

from bnact.activations import ACTIVATIONS, curve
from bnact.activations.facts import truth

X = np.array([-700.0, -40.0, -3.3, -1e-8, 0.0, 1e-30, 0.7, 5.0, 36.0, 300.0])


def exactly(fn):
    with mpmath.workdps(400):
        return np.array([float(fn(mpmath.mpf(x))) for x in X])


SIGMOID = (
    lambda x: 1 / (1 + mpmath.exp(-x)),
    lambda x: mpmath.exp(-x) / (1 + mpmath.exp(-x)) ** 2,
    lambda x: mpmath.exp(-x) * (mpmath.exp(-x) - 1) / (1 + mpmath.exp(-x)) ** 3,
)


@pytest.mark.parametrize("order", range(3))
def test_every_order_is_correctly_rounded(order):
    found = truth(ACTIVATIONS["sigmoid"], order, X)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, exactly(SIGMOID[order]))


def test_a_formula_in_float64_would_be_caught():
    with jax.enable_x64(True):
        plain = np.asarray(jax.vmap(jax.grad(lambda x: 1.0 / (1.0 + jnp.exp(-x))))(X))
    assert not np.array_equal(plain, truth(ACTIVATIONS["sigmoid"], 1, X), equal_nan=True)


def test_it_is_the_definition_not_the_curve():
    zero = curve("zero", jnp.zeros_like, jnp.zeros_like, jnp.zeros_like)
    wrong = dataclasses.replace(ACTIVATIONS["sigmoid"], curve=zero)
    np.testing.assert_array_equal(truth(wrong, 0, X), truth(ACTIVATIONS["sigmoid"], 0, X))


def test_a_surrogate_takes_the_place_of_the_derivative():
    surrogate = dataclasses.replace(ACTIVATIONS["sigmoid"], surrogate=lambda x: x**3)
    np.testing.assert_array_equal(truth(surrogate, 0, X), exactly(SIGMOID[0]))
    np.testing.assert_array_equal(truth(surrogate, 1, X), exactly(lambda x: x**3))
    np.testing.assert_array_equal(truth(surrogate, 2, X), exactly(lambda x: 3 * x**2))


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_points_of_a_narrower_dtype_are_taken_as_they_are(dtype):
    x = np.array([0.1, -3.3], dtype)
    wide = x.astype(np.float64)
    np.testing.assert_array_equal(truth(ACTIVATIONS["sigmoid"], 0, x), truth(ACTIVATIONS["sigmoid"], 0, wide))


def test_without_mpmath(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(
        ImportError, match=r"^truth: mpmath must be installed; it is not; use pip install 'bnact\[study\]'"
    ):
        truth(ACTIVATIONS["sigmoid"], 0, X)


def test_an_operation_that_is_not_followed():
    unknown = dataclasses.replace(ACTIVATIONS["sigmoid"], definition=jax.lax.bessel_i0e)
    with pytest.raises(NotImplementedError, match="every operation must have a rule in many digits"):
        truth(unknown, 0, X)
