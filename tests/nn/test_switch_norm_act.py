"""The module whose pair is data is, pair by pair, the module whose pair is fixed."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact import nn
from bnact.fused import index_of
from tests.fused.references import CROSSED_PAIRS, TABLE

X = jnp.asarray(np.random.default_rng(0).normal(size=(6, 4)), jnp.float32)
SCALE, BIAS = jnp.linspace(0.5, 1.5, 4), jnp.linspace(-1.0, 1.0, 4)


@jax.jit
def outcome(index, scale, bias):
    """Output, and gradients by the parameters and the input."""
    parts = nn.pure(nn.SwitchNormAct(4, index, TABLE))

    def loss(scale, bias, x):
        def call(module):
            module.scale[...], module.bias[...] = scale, bias
            return module(x)

        y, _ = nn.result_and_parts(parts, call)
        return jnp.sum(jnp.cos(y)), y

    (_, y), gradients = jax.value_and_grad(loss, (0, 1, 2), has_aux=True)(scale, bias, X)
    return y, gradients


def expected(norm, order, activation):
    module = nn.NormAct(4, norm, activation, order)
    for parameter, value in ((module.scale, SCALE), (module.bias, BIAS)):
        if parameter is not None:
            parameter[...] = value
    return module(X)


@pytest.mark.parametrize("norm, order, activation", CROSSED_PAIRS)
def test_every_pair_is_the_fixed_one(norm, order, activation):
    y, gradients = outcome(index_of(activation, norm, order, TABLE), SCALE, BIAS)
    np.testing.assert_allclose(y, expected(norm, order, activation), rtol=1e-5, atol=1e-5)
    # A norm without a scale or a bias ignores it, and its gradient is zero.
    assert [bool(np.any(gradient != 0)) for gradient in gradients[:2]] == [
        norm != "none",
        norm not in ("none", "rms"),
    ]


def test_the_choice_is_not_trained():
    parts = nn.pure(nn.SwitchNormAct(4, index_of("relu", "batch", "before", TABLE), TABLE))
    assert len(jax.tree.leaves(parts.params)) == 2
    assert [leaf.dtype for leaf in jax.tree.leaves(parts.state)] == [jnp.int32] * 3


def test_changing_the_choice_compiles_nothing(caplog):
    outcome(index_of("relu", "batch", "before", TABLE), SCALE, BIAS)
    with jax.log_compiles(), caplog.at_level("DEBUG"):
        outcome(index_of("tanh", "rms", "after", TABLE), SCALE, BIAS)
    assert "ompiling" not in caplog.text


def test_observed_counts_the_first_alone():
    module = nn.SwitchNormAct(4, index_of("tanh", "batch", "before", TABLE), TABLE)
    observed = jax.jit(lambda x: module.observed(x, 4))
    seen, wild = observed(X), observed(X.at[4:].multiply(50.0))
    np.testing.assert_allclose(seen.y[:4], module(X[:4]), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(wild.y[:4], seen.y[:4])
    assert np.any(wild.y[4:] != seen.y[4:])
