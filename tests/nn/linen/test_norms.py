"""bnact.nn.linen.norm and bnact.nn.linen.norm_act: those of bnact.nn, with Linen's collections."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import errors, linen, serialization

from bnact import nn
from bnact.nn import linen as ours
from bnact.normalizations import NORMALIZATIONS, get, group_norm
from tests.normalizations.every_norm import leading_shape

FEATURES = 64
KEY = jax.random.key(0)


def inputs(norm="batch", seed=0):
    shape = (*leading_shape(norm, 6), FEATURES)
    return jnp.asarray(np.random.default_rng(seed).normal(0.5, 2.0, shape), jnp.float32)


@pytest.mark.parametrize("norm", list(NORMALIZATIONS))
def test_the_variables_are_those_of_the_norm_by_name(norm):
    params, state = get(norm)().init(FEATURES)
    variables = ours.Norm(norm).init(KEY, inputs(norm))
    kept = {name: value for name, value in params._asdict().items() if value is not None}
    jax.tree.map(np.testing.assert_array_equal, variables.get("params", {}), kept)
    kept = {} if state == () else {n: value for n, value in state._asdict().items() if value is not None}
    jax.tree.map(np.testing.assert_array_equal, variables.get("batch_stats", {}), kept)


@pytest.mark.parametrize("norm", ["batch", "filter_response", "none"])
def test_norm_and_pair_are_those_of_nnx(norm):
    x = inputs(norm)
    for one, other in (
        (ours.Norm(norm), nn.Norm(FEATURES, norm)),
        (ours.NormAct(norm, "mish", momentum=0.5), nn.NormAct(FEATURES, norm, "mish", momentum=0.5)),
    ):
        variables = one.init(KEY, x)
        for running in (False, False, True):
            y, after = one.apply(variables, x, use_running_average=running, mutable=["batch_stats"])
            variables = {**variables, **after}
            np.testing.assert_array_equal(y, other(x, use_running_average=running))
        state = other.state.get_value()
        for name, value in variables.get("batch_stats", {}).items():
            np.testing.assert_array_equal(value, getattr(state, name))


@pytest.mark.slow
def test_a_network_of_linen_with_a_learnable_activation_and_a_norm_with_settings():
    class Network(linen.Module):
        @linen.compact
        def __call__(self, x, train):
            x = ours.NormAct(group_norm(groups=4), "prelu", name="pair")(linen.Dense(8)(x))
            return ours.Norm(use_running_average=not train, dtype=jnp.bfloat16)(x)

    network, x = Network(), inputs()
    variables = network.init(KEY, x, train=True)
    assert {*variables["params"]["pair"]} == {"scale", "bias", "activation_params"}

    def loss(params):
        y, _ = network.apply({**variables, "params": params}, x, True, mutable=["batch_stats"])
        return jnp.sum(y.astype(jnp.float32) ** 3)

    gradients = jax.jit(jax.grad(loss))(variables["params"])
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(gradients))
    assert jnp.asarray(network.apply(variables, x, train=False)).dtype == jnp.bfloat16
    stored = serialization.to_bytes(variables)
    jax.tree.map(np.testing.assert_array_equal, serialization.from_bytes(variables, stored), variables)


@pytest.mark.slow
def test_under_remat_and_scan_the_averages_are_updated_once():
    x = inputs()

    def averages(module):
        variables = module.init(KEY, x)
        loss = lambda params: jnp.sum(  # noqa: E731
            jnp.cos(module.apply({**variables, "params": params}, x, mutable=["batch_stats"])[0])
        )
        jax.grad(loss)(variables["params"])
        return module.apply(variables, x, mutable=["batch_stats"])[1]["batch_stats"]

    plain = averages(ours.Norm(use_running_average=False))
    recomputed = averages(linen.remat(ours.Norm)(use_running_average=False))
    jax.tree.map(np.testing.assert_array_equal, recomputed, plain)
    assert plain["count"] == 1
    stacked = linen.scan(
        lambda norm, x, _: (norm(x), None),
        variable_axes={"params": 0, "batch_stats": 0},
        split_rngs={"params": True},
        length=3,
    )
    norm = ours.Norm(use_running_average=False)
    _, variables = linen.init_with_output(lambda norm, x: stacked(norm, x, None), norm)(KEY, x)
    _, after = linen.apply(lambda norm, x: stacked(norm, x, None), norm, mutable=["batch_stats"])(
        variables, x
    )
    np.testing.assert_array_equal(after["batch_stats"]["count"], [1, 1, 1])


def test_what_linen_refuses_is_refused():
    x = inputs()
    variables = ours.Norm().init(KEY, x)
    message = "^Norm: use_running_average must be given once, to the module or to the call; got neither; use"
    with pytest.raises(ValueError, match=message):
        ours.Norm().apply(variables, x)
    with pytest.raises(ValueError, match="got both; use use_running_average=False in training"):
        ours.Norm(use_running_average=True).apply(variables, x, use_running_average=True)


@pytest.mark.parametrize("made", [ours.Norm("batch"), ours.NormAct("batch", "relu"), ours.BatchNorm()])
def test_training_without_a_mutable_collection_is_an_error_as_in_flax(made):
    x = jnp.asarray(np.random.default_rng(0).normal(10.0, 1.0, (8, 4)), jnp.float32)
    variables = made.init(jax.random.key(0), x, use_running_average=False)
    with pytest.raises(errors.ModifyScopeVariableError):
        made.apply(variables, x, use_running_average=False)
    assert made.apply(variables, x, use_running_average=True).shape == x.shape
