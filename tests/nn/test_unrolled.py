"""However many layers a round of a network's loop computes, the network is the same."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import nn
from tests.nn.networks import FEATURES, NETWORKS, network_of


def gradient_step(name, unroll):
    """The compiled function of parameters, state and batch, and what it gives: outputs, state, gradients."""
    network, x = network_of(name, unroll)
    graph, params, state = nn.pure(network)

    def loss(params, state, x):
        parts = nn.Pure(graph, params, state)
        y, after = nn.result_and_parts(parts, lambda network: network(x))
        return jnp.sum(jnp.sin(y)), (y, after.state)

    compiled = jax.jit(jax.grad(loss, has_aux=True)).lower(params, state, x).compile()
    return compiled, jax.tree.leaves(compiled(params, state, x))


@pytest.mark.parametrize("name", NETWORKS)
def test_output_state_and_gradients_are_those_of_the_loop(name):
    compiled, expected = gradient_step(name, 1)
    for unroll in (2, np.int64(8)):
        unrolled, found = gradient_step(name, unroll)
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=2e-5)
    # With as many layers in a round as there are, there is no loop; the twin is the loop.
    if "MLP" in name:
        assert " while(" in str(compiled.as_text())
        assert " while(" not in str(unrolled.as_text())


@pytest.mark.parametrize("name", NETWORKS)
def test_every_loop_of_a_network_has_such_rounds(name):
    network, x = network_of(name, 3)
    parts = nn.pure(network)
    jaxpr = jax.make_jaxpr(lambda x: nn.result_and_parts(parts, lambda network: network(x))[0])(x)
    found = re.findall(r"unroll=(\d+)", str(jaxpr))
    assert found
    assert set(found) == {"3"}


@pytest.mark.parametrize("unroll", [2, 3, 5])
def test_a_round_of_several_layers_and_what_is_left_over(unroll):
    x = jnp.asarray(np.random.default_rng(0).normal(size=(8, FEATURES)), jnp.float32)

    def outputs(unroll):  # five layers in the loop: the first has another shape
        network = nn.MLP(FEATURES, 2, width=8, depth=6, unroll=unroll, rngs=nnx.Rngs(0))
        graph, params, state = nn.pure(network)

        def loss(params, x):
            y, after = nn.result_and_parts(nn.Pure(graph, params, state), lambda network: network(x))
            return jnp.sum(jnp.sin(y)), (y, after.state)

        compiled = jax.jit(jax.grad(loss, has_aux=True)).lower(params, x).compile()
        return jax.tree.leaves(compiled(params, x)), " while(" in str(compiled.as_text())

    (found, has_loop), (expected, _) = outputs(unroll), outputs(1)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=2e-5)
    assert has_loop == (unroll == 2)


@pytest.mark.parametrize("unroll", [0, -1, 1.5, True, "2"])
@pytest.mark.parametrize("name", NETWORKS)
def test_a_round_is_a_whole_number_of_layers(name, unroll):
    rule = f"{name.split()[0]}: unroll must be a whole number of at least 1"
    words = rf"^{rule}; got unroll={unroll!r}; use unroll=1$"
    with pytest.raises(ValueError, match=words):
        network_of(name, unroll)


def test_a_stack_takes_it_by_itself():
    def block(rngs):
        return nn.Block(nn.dense(3, 3, nn.normal_with_gain(1.0), rngs=rngs), nn.NormAct(3))

    assert nn.Stack(block, 2, rngs=nnx.Rngs(0)).unroll == 1
    assert nn.Stack(block, 2, unroll=2, rngs=nnx.Rngs(0)).unroll == 2
    with pytest.raises(ValueError, match="^Stack: unroll must be a whole number of at least 1; got unroll=0"):
        nn.Stack(block, 2, unroll=0, rngs=nnx.Rngs(0))
