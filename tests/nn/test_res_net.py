"""The residual network of convolutions: its stages, and what it refuses."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import nn
from tests.nn.written_out import array, mapped, normalized

RNG = np.random.default_rng(0)


def convolved(convolution, x, stride=1):
    """Every place's nine neighbours by the kernel, zeros beyond the edge, in NumPy."""
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    height, width = x.shape[1:3]
    return array(convolution.bias) + sum(
        padded[:, i : i + height : stride, j : j + width : stride] @ array(convolution.kernel)[i, j]
        for i, j in np.ndindex(3, 3)
    )


def blocks_of(stack):
    """The blocks of a stack, one after another."""
    graph, *variables = nn.pure(stack.blocks)
    for place in range(len(stack.blocks.first.bias[...])):
        yield nnx.merge(graph, *jax.tree.map(lambda leaf, place=place: leaf[place], variables))


PAIRS = {
    "before": lambda x: np.tanh(normalized(x, (0, 1, 2))),
    "after": lambda x: normalized(np.tanh(x), (0, 1, 2)),
}


@pytest.mark.slow
@pytest.mark.parametrize("order", PAIRS)
@pytest.mark.parametrize("block", ["identity", "post"])
def test_stages_of_two_kinds_of_blocks(block, order):
    network = nn.ResNet(
        2, 3, widths=(3, 4), depth=3, block=block, activation="tanh", order=order, rngs=nnx.Rngs(0)
    )
    x, pair, links = RNG.normal(size=(4, 6, 5, 2)), PAIRS[order], list(network.body.links)
    h = x
    for stride, begin, repeated, count in ((1, *links[:2], 2), (2, *links[2:4], 1)):
        if block == "identity":
            h = convolved(begin.map, h, stride)
        else:
            h = pair(convolved(begin.linear, h, stride))
        blocks = list(blocks_of(repeated.stack))
        assert len(blocks) == count
        for one in blocks:
            if block == "identity":
                h = h + convolved(one.second, pair(convolved(one.first, pair(h))))
                continue
            branch = convolved(one.second, pair(convolved(one.first, h)))
            if order == "before":
                h = np.tanh(h + normalized(branch, (0, 1, 2)))
            else:
                h = normalized(np.tanh(h + branch), (0, 1, 2))
    assert h.shape == (4, 3, 3, 4)
    h = pair(h) if block == "identity" else h
    expected = mapped(network.body.readout, h.mean((1, 2)))
    found = network(jnp.float32(x))
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3)
    assert np.ptp(found, axis=0).min() > 0.02


@pytest.mark.slow
@pytest.mark.parametrize("block, sites", [("identity", 2 * 3 + 1), ("post", 2 * 3 + 2)])
def test_every_place_of_a_pair_is_a_site(block, sites):
    network = nn.ResNet(2, 3, widths=(4, 5), depth=3, block=block, norm="layer", rngs=nnx.Rngs(0))
    assert network.body.sites == sites
    assert network(jnp.ones((1, 6, 5, 2))).shape == (1, 3)


def test_a_block_that_is_neither():
    with pytest.raises(ValueError, match="^ResNet: block must be one of 'identity', 'post'; got 'pre'; use"):
        nn.ResNet(1, 2, widths=(4,), depth=1, block="pre", rngs=nnx.Rngs(0))  # pyright: ignore[reportArgumentType]
