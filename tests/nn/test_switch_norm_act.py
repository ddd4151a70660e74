"""The module whose pair is data is, pair by pair, the module whose pair is fixed."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact import nn, normalizations
from bnact.fused import GROUPS, NORMS, index_of, table_of
from bnact.normalizations import STANDARDIZATIONS, filter_response_norm
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


BESIDE = [name for name in NORMS if name not in STANDARDIZATIONS]
POSITIONS = jnp.asarray(np.random.default_rng(0).normal(size=(4, 5, 8)), jnp.float32)
EVERY = table_of(("relu", "tanh"), NORMS)
SETTINGS = {"group": normalizations.group_norm(GROUPS), "filter_response": filter_response_norm(1e-6, False)}


@jax.jit
def fresh_output(index):
    return nn.SwitchNormAct(8, index, EVERY)(POSITIONS)


@pytest.mark.parametrize("norm", BESIDE)
@pytest.mark.parametrize("order", ["before", "after"])
def test_every_other_norm_starts_as_the_fixed_one(norm, order):
    fixed = nn.NormAct(8, SETTINGS.get(norm) or norm, "tanh", order)(POSITIONS)
    found = fresh_output(index_of("tanh", norm, order, EVERY))
    np.testing.assert_allclose(found, fixed, rtol=1e-5, atol=1e-5)


def test_what_a_norm_learns_beside_scale_and_bias_is_held_for_the_norms_of_the_table():
    module = nn.SwitchNormAct(8, index_of("relu", "batch", "before", EVERY), EVERY)
    own = jax.tree.map(float, module.own.get_value())
    assert own == {
        "scale": {"scale": pytest.approx(8**0.5)},
        "dynamic_tanh": {"alpha": 0.5},
        "dynamic_erf": {"alpha": 0.5, "shift": 0.0},
    }
    assert nn.SwitchNormAct(8, index_of("relu", "batch", "before", TABLE), TABLE).own.get_value() == {}


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


def test_no_features_are_refused():
    table = table_of(["relu"])
    index = index_of("relu", "layer", "before", table)
    with pytest.raises(
        ValueError, match="^SwitchNormAct: num_features must be at least 1; got num_features=0"
    ):
        nn.SwitchNormAct(0, index, table)
