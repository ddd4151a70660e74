"""Networks whose examples are divided over devices: one batch to a norm, and one sum each way."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jax.sharding import AxisType, PartitionSpec

from bnact import fused, nn, normalizations
from bnact.numerics import members
from tests.compiled import sums_over_members
from tests.nn.networks import FEATURES, NETWORKS

DEVICES = 2
X = jnp.asarray(np.random.default_rng(0).normal(10.0, 1.0, (8, FEATURES)), jnp.float32)
MASK = jnp.asarray(np.arange(8)[:, None] > 2)
SCALE = BIAS = jnp.ones(FEATURES)


def divided(member, whole=0, check_vma=True):
    """The member's function of arrays, the last of them divided over devices and so what it returns."""
    mesh = jax.make_mesh((DEVICES,), ("devices",), axis_types=(AxisType.Auto,))
    split, same = PartitionSpec("devices"), PartitionSpec()
    given = (*[same] * whole, split)
    return jax.shard_map(member, mesh=mesh, in_specs=given, out_specs=split, check_vma=check_vma)


@pytest.mark.parametrize("order", ["before", "after"])
@pytest.mark.parametrize("name", NETWORKS)
def test_examples_divided_over_devices_are_one_batch(name, order):
    shape, make = NETWORKS[name]
    choices = {"norm": "batch", "activation": "tanh", "order": order}
    x = jnp.asarray(np.random.default_rng(0).normal(size=shape), jnp.float32)

    @functools.partial(jax.jit, static_argnames="axis_name")
    def outcome(x, axis_name=None):
        graph, params, state = nn.pure(make(FEATURES, 2, axis_name=axis_name, rngs=nnx.Rngs(0), **choices))

        def called(params, state, x):
            y, after = nn.result_and_parts(nn.Pure(graph, params, state), lambda network: network(x))
            return y, jax.tree.map(lambda leaf: leaf[None], after.state)

        over = called if axis_name is None else divided(called, whole=2)

        def loss(params, x):
            y, after = over(params, state, x)
            return jnp.sum(jnp.sin(y)), (y, after)

        gradients, (y, after) = jax.grad(loss, argnums=(0, 1), has_aux=True)(params, x)
        return y, jax.tree.map(lambda leaf: leaf[-1], jax.tree.leaves(after)), jax.tree.leaves(gradients)

    found, expected = outcome(x, "devices"), outcome(x)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=2e-5), found, expected)
    assert all(np.abs(leaf).max() > 0 for leaf in expected[2][-1:])


def losses_gradient(axis_name):
    """As docs/several_devices.md computes it: each device by its own loss, then the mean of the gradients."""
    model = nn.MLP(FEATURES, 2, width=8, depth=3, axis_name=axis_name, rngs=nnx.Rngs(0))
    graph, params, state = nn.pure(model)

    def gradient(params, x):
        def loss(params):
            y, _ = nn.result_and_parts(nn.Pure(graph, params, state), lambda network: network(x))
            return jnp.mean(jnp.sin(3 * y))

        return jax.grad(loss)(params)

    return params, gradient


@pytest.mark.parametrize("axis_name", ["devices", None])
def test_the_mean_of_the_gradients_is_that_of_the_whole_batch(axis_name):
    params, gradient = losses_gradient(axis_name)

    def averaged(params, x):
        return jax.tree.map(lambda leaf: jax.lax.pmean(leaf, "devices")[None], gradient(params, x))

    found = jax.tree.map(
        lambda leaf: leaf[0], jax.jit(divided(averaged, whole=1, check_vma=False))(params, X)
    )
    expected = jax.jit(losses_gradient(None)[1])(params, X)
    is_close = [
        bool(jnp.allclose(one, other, rtol=1e-3, atol=1e-5))
        for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True)
    ]
    # Without the name each device standardizes by its own statistics.
    assert all(is_close) == (axis_name is not None)


def norm_act(x):
    return fused.norm_act(x, SCALE, BIAS, norm="batch", activation="silu", axis_name="devices")[0]


def masked_norm_act(x):
    mask = jnp.broadcast_to(MASK[: len(x)], x.shape)
    return fused.norm_act(x, SCALE, BIAS, norm="batch", activation="silu", mask=mask, axis_name="devices")[0]


def act_norm(x):
    return fused.act_norm(x, SCALE, BIAS, norm="batch", activation="silu", axis_name="devices")[0]


def module(x):
    return nn.NormAct(FEATURES, "batch", "silu", axis_name="devices")(x)


def norm_alone(x):
    norm = normalizations.batch_norm()
    return norm.apply(*norm.init(FEATURES), x, axis_name="devices")[0]


@pytest.mark.parametrize("check_vma", [True, False])
@pytest.mark.parametrize("pair", [norm_act, masked_norm_act, act_norm, module, norm_alone])
def test_a_norm_sums_over_devices_once_forward_and_once_backward(pair, check_vma):
    together = divided(pair, check_vma=check_vma)
    gradient = jax.grad(lambda x: jnp.sum(jnp.sin(together(x))))
    assert sums_over_members(together, X) == 1
    assert sums_over_members(gradient, X) == 2


def test_more_members_than_are_told_sum_step_by_step(monkeypatch):
    monkeypatch.setattr(members, "MOST_TELLERS", DEVICES - 1)
    together = divided(norm_act)
    assert sums_over_members(together, X) == 3
    assert sums_over_members(jax.grad(lambda x: jnp.sum(jnp.sin(together(x)))), X) == 3 + 1
