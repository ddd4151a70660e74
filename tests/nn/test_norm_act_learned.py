"""NormAct and MLP with activations that learn: the parameters are there, and gradients reach them."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import fused, nn, normalizations
from bnact.activations import ACTIVATIONS, LEARNABLE, Learnable, prelu

FEATURES = 4
each = pytest.mark.parametrize("name", LEARNABLE)
every_order = pytest.mark.parametrize("order", ["before", "after"])


def inputs(features=FEATURES):
    return jnp.asarray(np.random.default_rng(0).normal(0.5, 2.0, (6, features)), jnp.float32)


def loss(module, x):
    return jnp.sum(jnp.sin(module(x)))


def learned(module):
    assert isinstance(module.activation, nn.LearnableActivation)
    return module.activation


def standardized(x, norm):
    params, state = normalizations.get(norm)(epsilon=1e-5).init(FEATURES)
    return normalizations.get(norm)(epsilon=1e-5).apply(params, state, x, train=True)[0]


@each
@every_order
@pytest.mark.parametrize("norm", ["batch", "layer"])
def test_norm_and_activation_one_after_the_other(name, order, norm):
    module, record = nn.NormAct(FEATURES, norm, LEARNABLE[name], order), LEARNABLE[name]
    other = jnp.linspace(0.1, 2.0, FEATURES)
    learned(module).params.set_value(other)
    x = inputs()
    expected = (
        record.apply(other, standardized(x, norm))
        if order == "before"
        else standardized(record.apply(other, x), norm)
    )
    np.testing.assert_allclose(module(x), expected, rtol=1e-5, atol=1e-6)
    assert module.fused


@each
@every_order
@pytest.mark.parametrize("norm", ["none", "batch", "rms", "dynamic_tanh"])
def test_gradients_reach_the_parameters(name, order, norm):
    module, x = nn.NormAct(FEATURES, norm, LEARNABLE[name], order), inputs()
    found = nnx.jit(nnx.grad(loss))(module, x)["activation"]["params"][...]
    assert found.shape == (FEATURES,)
    assert np.min(np.abs(found)) > 1e-4
    before = learned(module).params.get_value()
    step = jnp.zeros(FEATURES).at[1].set(1e-2)

    def moved(sign):
        learned(module).params.set_value(before + sign * step)
        return loss(module, x)

    np.testing.assert_allclose((moved(1.0) - moved(-1.0)) / 2e-2, found[1], rtol=0.02, atol=0.02)


@pytest.mark.parametrize("name", ["prelu", "swish", "thresholded_linear"])
def test_a_name_that_only_learned_ones_have(name):
    assert learned(nn.NormAct(FEATURES, "batch", name)).activation is LEARNABLE[name]


def test_a_name_that_both_have_is_the_fixed_one():
    assert nn.NormAct(FEATURES, "batch", "snake").activation is ACTIVATIONS["snake"]


def test_parameters_of_ones_own_have_the_type_asked_for():
    own = Learnable("own", LEARNABLE["prelu"].init, lambda p, x: prelu(x, p), "a leak", "this test")
    module = nn.NormAct(FEATURES, "layer", own, param_dtype=jnp.bfloat16)
    assert {leaf.dtype for leaf in jax.tree.leaves(nn.pure(module).params)} == {jnp.dtype(jnp.bfloat16)}
    assert module(inputs().astype(jnp.float16)).dtype == jnp.float16


NETWORKS = list(itertools.product([FEATURES, 5], ["prelu", "swish"], ["before", "after"]))
SOME_NETWORKS = ((FEATURES, "swish", "after"), (5, "prelu", "before"))


@pytest.mark.parametrize(
    "in_features, name, order",
    [pytest.param(*each, marks=[] if each in SOME_NETWORKS else [pytest.mark.slow]) for each in NETWORKS],
)
def test_a_network_has_parameters_in_every_layer(in_features, name, order):
    network = nn.MLP(in_features, 2, width=FEATURES, depth=3, activation=name, order=order, rngs=nnx.Rngs(0))
    x = inputs(in_features)
    gradients = nnx.jit(nnx.grad(loss))(network, x)
    *first, repeated = gradients["body"]["links"].values()
    stacked = repeated["stack"]["blocks"]["norm_act"]["activation"]["params"][...]
    assert stacked.shape == (3 - (in_features == 5), FEATURES)
    assert np.min(np.max(np.abs(stacked), axis=1)) > 1e-5
    if in_features == 5:
        assert np.max(np.abs(first[0]["norm_act"]["activation"]["params"][...])) > 1e-5


def test_first_weights_have_the_gain_of_the_first_parameters():
    draws = [nn.normal_for(of)(jax.random.key(0), (64, 64)) for of in ("prelu", "leaky_relu(slope=0.25)")]
    np.testing.assert_allclose(*draws, rtol=1e-6)
    draws = [nn.normal_for(of)(jax.random.key(0), (64, 64)) for of in (LEARNABLE["snake"], "snake")]
    np.testing.assert_allclose(*draws, rtol=1e-6)


def test_equal_modules_are_equal_in_structure():
    one, other = (nn.pure(nn.NormAct(FEATURES, "batch", "prelu")).graph for _ in range(2))
    assert one == other
    assert one != nn.pure(nn.NormAct(FEATURES, "batch", "swish")).graph


def test_what_is_chosen_at_run_time_cannot_learn():
    for make in (
        lambda: fused.table_of(["prelu"]),
        lambda: fused.index_of("prelu", "batch", "before", fused.table_of([])),
    ):
        with pytest.raises(ValueError, match="got 'prelu', which learns some; use bnact.nn.NormAct"):
            make()
    with pytest.raises(TypeError, match="got Learnable; .*use bnact.nn.NormAct"):
        fused.table_of([LEARNABLE["prelu"]])  # pyright: ignore[reportArgumentType]


def test_an_unknown_name():
    with pytest.raises(ValueError, match="got 'prelo'; nearest"):
        nn.NormAct(FEATURES, "batch", "prelo")
