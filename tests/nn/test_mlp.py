"""The perceptron: shapes, a loop over its layers, and a program that does not grow with the depth."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import nn, theory

slow = pytest.mark.slow


def inputs(features=4):
    return jnp.asarray(np.random.default_rng(0).normal(size=(6, features)), jnp.float32)


def made(in_features=4, width=4, depth=3, seed=0, **choices):
    return nn.MLP(in_features, 2, width=width, depth=depth, rngs=nnx.Rngs(seed), **choices)


@pytest.mark.parametrize(
    "in_features, depth",
    [(4, 1), (5, 1), (5, 3), *(pytest.param(*each, marks=slow) for each in ((4, 2), (4, 3), (5, 2)))],
)
def test_shapes(in_features, depth):
    network = made(in_features, depth=depth)
    assert network(inputs(in_features)).shape == (6, 2)
    first, stacked = network.first is not None, 0 if network.hidden is None else depth - (in_features == 5)
    assert first == (in_features == 5)
    assert (network.hidden is None) == (first and depth == 1)
    if network.hidden is not None:
        assert network.hidden.blocks.linear.kernel.shape == (stacked, 4, 4)


@pytest.mark.parametrize("in_features", [4, 5])
def test_the_scan_equals_a_loop_over_the_layers(in_features):
    network, x = made(in_features, norm="layer", activation="tanh", order="after"), inputs(in_features)
    y = network(x)
    if network.first is not None:
        x = network.first(x)
    assert network.hidden is not None
    graph, *variables = nn.pure(network.hidden.blocks)
    for layer in range(3 - (in_features == 5)):
        x = nnx.merge(graph, *jax.tree.map(lambda leaf, i=layer: leaf[i], variables))(x)
    np.testing.assert_allclose(y, network.readout(x), rtol=1e-5, atol=1e-6)


def program(depth):
    """The text of the program of a gradient."""
    parts = nn.pure(made(depth=depth))

    def loss(params, x):
        return jnp.sum(nn.result_and_parts(parts._replace(params=params), lambda network: network(x))[0])

    return jax.jit(jax.grad(loss)).lower(parts.params, inputs()).as_text()


def test_the_program_does_not_grow_with_the_depth():
    shallow, deep = program(8), program(128)
    # The same text but for the sizes.
    assert re.sub(r"\d+", "", shallow) == re.sub(r"\d+", "", deep)


def test_equal_keys_make_equal_networks():
    one, same, other = (nn.pure(made(seed=seed)).params for seed in (3, 3, 4))
    jax.tree.map(np.testing.assert_array_equal, one, same)
    assert np.any(one["body"]["readout"]["kernel"][...] != other["body"]["readout"]["kernel"][...])


def test_hidden_weights_keep_the_second_moment_and_the_readout_has_gain_one():
    network = nn.MLP(64, 64, width=64, depth=6, activation="gelu", rngs=nnx.Rngs(0))
    assert network.hidden is not None
    gain = theory.gain("gelu", preserve="second_moment")
    hidden, readout = (
        np.asarray(linear.kernel[...]) for linear in (network.hidden.blocks.linear, network.readout)
    )
    assert hidden.std() * 8 == pytest.approx(gain, rel=0.02)
    assert readout.std() * 8 == pytest.approx(1.0, rel=0.05)


def test_gradients_and_running_averages_under_nnx():
    network, x = made(5), inputs(5)
    gradients = nnx.grad(lambda network: jnp.sum(jnp.sin(network(x))))(network)
    parts = nn.pure(made(5))

    def loss(params):
        return jnp.sum(
            jnp.sin(nn.result_and_parts(parts._replace(params=params), lambda network: network(x))[0])
        )

    expected = jax.grad(loss)(parts.params)
    for one, other in zip(jax.tree.leaves(gradients), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(one, other, rtol=3e-5, atol=3e-5)
    assert network.first is not None
    assert network.hidden is not None
    assert network.first.norm_act.state.get_value().count == 1
    np.testing.assert_array_equal(network.hidden.blocks.norm_act.state.get_value().count, [1, 1])


def test_eval_reaches_every_layer():
    network, x = made(5), inputs(5)
    network(x)
    network.eval()
    np.testing.assert_allclose(network(x[0]), network(x)[0], rtol=1e-5, atol=1e-6)
    assert network.hidden is not None
    np.testing.assert_array_equal(network.hidden.blocks.norm_act.state.get_value().count, [1, 1])


@pytest.mark.parametrize("in_features", [pytest.param(4, marks=slow), 5])
@pytest.mark.parametrize(
    "given, dtype, returned",
    [
        (jnp.bfloat16, None, jnp.bfloat16),
        (jnp.float16, None, jnp.float16),
        (jnp.float32, jnp.bfloat16, jnp.bfloat16),
        (jnp.bfloat16, jnp.float32, jnp.float32),
        (jnp.int32, None, jnp.float32),
        (jnp.int32, jnp.float16, jnp.float16),
    ],
)
def test_the_output_has_the_type_asked_for_or_else_the_inputs(in_features, given, dtype, returned):
    parts = nn.pure(made(in_features, dtype=dtype))

    def loss(params, x):
        y, after = nn.result_and_parts(parts._replace(params=params), lambda network: network(x))
        return jnp.sum(y.astype(jnp.float32)), (y, after.state)

    x = jax.ShapeDtypeStruct((6, in_features), given)
    gradients, (y, state) = jax.eval_shape(jax.grad(loss, has_aux=True), parts.params, x)
    assert y.dtype == returned
    assert {leaf.dtype for leaf in jax.tree.leaves(gradients)} == {jnp.dtype("float32")}
    assert {leaf.dtype for leaf in jax.tree.leaves(state)} == {jnp.dtype("float32"), jnp.dtype("int32")}


@pytest.mark.parametrize("dtype", [jnp.bfloat16, jnp.float16])
def test_half_precision_is_near_the_network_in_float32(dtype):
    network, x = made(activation="tanh"), inputs().astype(dtype)
    call = nnx.jit(lambda network, x: network(x))
    # Half precision has a relative error of up to 2^-9 in each of several steps of each layer.
    np.testing.assert_allclose(
        call(network, x).astype(jnp.float32), call(network, x.astype(jnp.float32)), rtol=0.03, atol=0.03
    )


def test_parameters_have_the_type_asked_for_and_running_averages_float32():
    network = made(5, param_dtype=jnp.bfloat16)
    assert network(inputs(5)).dtype == jnp.float32
    parts = nn.pure(network)
    assert {leaf.dtype for leaf in jax.tree.leaves(parts.params)} == {jnp.dtype(jnp.bfloat16)}
    assert {leaf.dtype for leaf in jax.tree.leaves(parts.state)} == {jnp.dtype("float32"), jnp.dtype("int32")}


def test_errors():
    with pytest.raises(ValueError, match=r"MLP: x must be of shape \(\.\.\., \d+\), .* got shape \(2, 99\)"):
        made()(jnp.ones((2, 99)))
    with pytest.raises(ValueError, match="dtype must be real floating; got int32; use dtype=jnp.float32"):
        made(dtype=jnp.int32)
    with pytest.raises(
        ValueError, match="^MLP: depth must be at least 1 hidden layer; got depth=0; use depth=1 or more$"
    ):
        made(depth=0)
    with pytest.raises(ValueError, match="order must be 'before' or 'after'"):
        made(order="first")
    with pytest.raises(ValueError, match="use 'batch'"):
        made(norm="bacth")
    with pytest.raises(ValueError, match="nearest: relu"):
        made(activation="rellu")
