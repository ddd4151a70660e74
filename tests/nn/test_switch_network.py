"""A network whose pair is data equals the network of that pair, and can be looked into."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import nn
from bnact.fused import index_of, table_of

DEPTH, WIDTH = 3, 5
TABLE = table_of(("relu", "tanh", "mish"))
# That every pair of a layer is right is tested of a layer.
SOME_PAIRS = [
    ("none", "before", "tanh"),
    ("batch", "before", "relu"),
    ("layer", "after", "mish"),
]


def inputs(features):
    return jnp.asarray(np.random.default_rng(0).normal(size=(8, features)), jnp.float32)


def made(features, index, gain=1.0):
    design = nn.Design(lambda units: nn.SwitchNormAct(units, index, TABLE), nn.normal_with_gain(gain))
    body = nn.perceptron_body("test", features, 2, WIDTH, DEPTH, design, nnx.Rngs(0))
    return nn.SwitchNetwork(body, (features,))


@jax.jit
def output(index):
    return made(WIDTH, index)(inputs(WIDTH), jnp.zeros(DEPTH))[0]


def weights(network):
    """The kernels of the stacked layers and of the readout; biases are zero and scales one at first."""
    return [*network.blocks()[-1].linear.kernel[...], network.body.readout.kernel[...]]


def fixed(norm, order, activation):
    network = nn.MLP(
        WIDTH, 2, width=WIDTH, depth=DEPTH, norm=norm, order=order, activation=activation, rngs=nnx.Rngs(1)
    )
    source = made(WIDTH, index_of("relu", "none", "before", TABLE))
    assert network.hidden is not None
    network.hidden.blocks.linear.kernel[...] = source.blocks()[0].linear.kernel[...]
    network.readout.kernel[...] = source.body.readout.kernel[...]
    return network


@functools.partial(jax.jit, static_argnums=(0, 1, 2))
def fixed_output(norm, order, activation):
    return fixed(norm, order, activation)(inputs(WIDTH))


@pytest.mark.parametrize("norm, order, activation", SOME_PAIRS)
def test_a_pair_is_that_of_the_fixed_network(norm, order, activation):
    expected = fixed_output(norm, order, activation)
    np.testing.assert_allclose(
        output(index_of(activation, norm, order, TABLE)), expected, rtol=2e-5, atol=2e-5
    )


@pytest.fixture(scope="module")
def network():
    """One whose first layer stands by itself."""
    return made(7, index_of("relu", "batch", "before", TABLE))


def test_the_sinks_take_in_the_gradient_of_every_layer(network):
    x, parts = inputs(7), nn.pure(network)

    def loss(sinks):
        return jnp.sum(jnp.sin(nn.result_and_parts(parts, lambda network: network(x, sinks)[0])[0]))

    def plain(added):
        """The same, plainly written, of what is added to every layer's linear output."""
        h = x
        for kernel, here in zip(
            [network.blocks()[0].linear.kernel[...], *weights(network)[:-1]], added, strict=True
        ):
            z = h @ kernel + here
            h = jax.nn.relu((z - z.mean(0, keepdims=True)) / jnp.sqrt(z.var(0, keepdims=True) + 1e-5))
        return jnp.sum(jnp.sin(h @ network.body.readout.kernel[...]))

    gradients = jax.jit(jax.grad(plain))(jnp.zeros((DEPTH, 8, WIDTH)))
    squares = jax.jit(jax.grad(loss))(jnp.zeros(DEPTH))
    np.testing.assert_allclose(squares, jnp.sum(gradients**2, (1, 2)), rtol=1e-4)
    sizes = nn.result_and_parts(parts, lambda network: network(x, jnp.zeros(DEPTH))[1])[0]
    np.testing.assert_array_equal(sizes, [8 * WIDTH] * DEPTH)


def test_observed_is_what_every_layer_did(network):
    x, parts = inputs(7), nn.pure(network)

    @jax.jit
    def looked(x):
        return nn.result_and_parts(
            parts, lambda network: network.observed(x, 8, lambda made, pair, switched: switched.given)
        )[0]

    y, given = looked(x)
    assert given.shape == (DEPTH, 8, WIDTH)
    np.testing.assert_allclose(given.mean(1), 0, atol=1e-5)
    np.testing.assert_allclose(given.std(1), 1, rtol=1e-2)
    np.testing.assert_allclose(
        jax.nn.relu(given[-1]) @ network.body.readout.kernel[...], y, rtol=1e-5, atol=1e-5
    )


@jax.jit
def drawn_weights(index, gain):
    return weights(made(WIDTH, index, gain))


def test_pairs_start_from_the_same_draws_and_the_gain_scales_the_hidden_ones():
    one = drawn_weights(index_of("relu", "batch", "before", TABLE), 1.0)
    other = drawn_weights(index_of("tanh", "none", "after", TABLE), 1.0)
    wide = drawn_weights(index_of("relu", "batch", "before", TABLE), 2.0)
    jax.tree.map(np.testing.assert_array_equal, one, other)
    jax.tree.map(np.testing.assert_array_equal, [2 * kernel for kernel in one[:-1]], wide[:-1])
    np.testing.assert_array_equal(one[-1], wide[-1])


def test_the_hidden_blocks_are_the_first_and_the_stack(network):
    first, stacked = network.blocks()
    assert first.linear.kernel.shape == (7, WIDTH)
    assert stacked.linear.kernel.shape == (DEPTH - 1, WIDTH, WIDTH)
