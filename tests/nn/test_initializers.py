"""Initial weights have the spread that was asked for, and draws that do not depend on it."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact import nn, theory
from bnact.activations import ACTIVATIONS


@pytest.mark.parametrize("shape, fan_in", [((400, 100), 400), ((5, 5, 16, 100), 400)])
@pytest.mark.parametrize("gain", [1.0, 1.7])
def test_the_spread(key, shape, fan_in, gain):
    weights = np.asarray(nn.normal_with_gain(gain)(key, shape, jnp.float32), np.float64)
    spread = gain / fan_in**0.5
    # Five standard errors of 40,000 draws.
    assert abs(weights.mean()) < 5 * spread / 200
    assert weights.std() == pytest.approx(spread, rel=5 / (200 * 2**0.5))
    assert np.mean(weights**4) / spread**4 == pytest.approx(3, rel=0.1)


def test_the_draws_do_not_depend_on_the_gain(key):
    one, other = (nn.normal_with_gain(gain)(key, (8, 4)) for gain in (1.0, 2.0))
    np.testing.assert_array_equal(2 * one, other)


def test_the_gain_may_be_traced(key):
    traced = jax.jit(lambda gain: nn.normal_with_gain(gain)(key, (8, 4)))(1.5)
    np.testing.assert_allclose(traced, nn.normal_with_gain(1.5)(key, (8, 4)), rtol=1e-6)


@pytest.mark.parametrize("dtype", [jnp.float16, jnp.bfloat16, jnp.float32])
def test_the_type_is_the_one_asked_for(key, dtype):
    assert nn.normal_with_gain(1.0)(key, (8, 4), dtype).dtype == dtype


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_second_moment_is_kept(key, activation):
    weights = nn.normal_for(activation)(key, (8, 4))
    gain = theory.gain(activation, preserve="second_moment")
    np.testing.assert_allclose(weights, nn.normal_with_gain(gain)(key, (8, 4)), rtol=1e-6)


def test_relu_is_initialized_as_by_he(key):
    weights = nn.normal_for("relu")(key, (8, 4))
    np.testing.assert_allclose(weights, 2**0.5 * nn.normal_with_gain(1.0)(key, (8, 4)), rtol=1e-6)
