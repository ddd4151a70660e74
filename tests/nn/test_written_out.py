"""Every block, written out in NumPy from its formula."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import nn

RNG = np.random.default_rng(0)


def array(variable):
    return np.asarray(variable[...], np.float64)


def mapped(linear, x):
    return x @ array(linear.kernel) + array(linear.bias)


def normalized(x, axis=0):
    return (x - x.mean(axis, keepdims=True)) / np.sqrt(x.var(axis, keepdims=True) + 1e-5)


def first_of(stack):
    """The only block of a stack, its leading axis dropped."""
    graph, *variables = nn.pure(stack.blocks)
    return nnx.merge(graph, *jax.tree.map(lambda leaf: leaf[0], variables))


PAIRS = {
    "before": lambda x: np.tanh(normalized(x)),
    "after": lambda x: normalized(np.tanh(x)),
}


@pytest.mark.parametrize("order", PAIRS)
@pytest.mark.parametrize("block", ["identity", "post"])
def test_residual_blocks(block, order):
    network = nn.ResidualMLP(
        3, 2, width=4, depth=1, block=block, activation="tanh", order=order, rngs=nnx.Rngs(0)
    )
    x, pair = RNG.normal(size=(6, 3)), PAIRS[order]
    links = network.body.links
    one = first_of(links[1].stack)
    if block == "identity":
        h = mapped(links[0].map, x)
        h = pair(h + mapped(one.second, pair(mapped(one.first, pair(h)))))
    else:
        h = pair(mapped(links[0].linear, x))
        branch = mapped(one.second, pair(mapped(one.first, h)))
        h = np.tanh(h + normalized(branch)) if order == "before" else normalized(np.tanh(h + branch))
    expected = mapped(network.body.readout, h)
    np.testing.assert_allclose(network(jnp.float32(x)), expected, rtol=1e-4, atol=1e-4)


def layer(x):
    return normalized(x, -1)


def attended(attention, x):
    query, key, value = np.split(mapped(attention.into, x), 3, axis=-1)
    out = []
    for head in range(attention.heads):
        part = slice(2 * head, 2 * head + 2)
        scores = query[..., part] @ np.swapaxes(key[..., part], -1, -2) / np.sqrt(2.0)
        weights = np.exp(scores)
        out.append(weights / weights.sum(-1, keepdims=True) @ value[..., part])
    return mapped(attention.out, np.concatenate(out, -1))


@pytest.mark.parametrize("placement", ["before", "after"])
def test_a_transformer(placement):
    network = nn.Transformer(
        3, 2, width=4, depth=1, heads=2, hidden_width=5, placement=placement, norm="batch",
        activation="tanh", rngs=nnx.Rngs(0),
    )  # fmt: skip
    x, links = RNG.normal(size=(6, 7, 3)), network.body.links
    one, place = first_of(links[1].stack), np.arange(7)[:, None]
    waves = np.concatenate([f(place * rate) for rate in (1.0, 0.01) for f in (np.sin, np.cos)], axis=1)
    h = mapped(links[0].map.linear, x) + waves

    def fed(h):
        u = mapped(one.first, h)
        # The statistics are those of all tokens of all examples.
        u = np.tanh((u - u.mean((0, 1))) / np.sqrt(u.var((0, 1)) + 1e-5))
        return mapped(one.second, u)

    if placement == "before":
        h = h + attended(one.attention, layer(h))
        h = layer(h + fed(layer(h)))
    else:
        h = layer(h + attended(one.attention, h))
        h = layer(h + fed(h))
    expected = mapped(network.body.readout, h.mean(1))
    np.testing.assert_allclose(network(jnp.float32(x)), expected, rtol=1e-4, atol=1e-4)


def test_a_convolutional_network():
    network = nn.ConvNet(2, 3, widths=(4, 5), depth=2, norm="none", activation="tanh", rngs=nnx.Rngs(0))
    x, h = RNG.normal(size=(2, 6, 6, 2)), None
    h = x
    for link, stride in zip(network.body.links, (1, 2), strict=True):
        padded = np.pad(h, ((0, 0), (1, 1), (1, 1), (0, 0)))
        kernel, size = array(link.linear.kernel), h.shape[1]
        shifted = [
            padded[:, i : i + size : stride, j : j + size : stride] @ kernel[i, j]
            for i, j in np.ndindex(3, 3)
        ]
        h = np.tanh(sum(shifted) + array(link.linear.bias))
    expected = mapped(network.body.readout, h.mean((1, 2)))
    np.testing.assert_allclose(network(jnp.float32(x)), expected, rtol=1e-4, atol=1e-5)
