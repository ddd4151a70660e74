"""The residual network of convolutions: its stages, and what it refuses."""

import jax.numpy as jnp
import pytest
from flax import nnx

from bnact import nn


@pytest.mark.parametrize("block, sites", [("identity", 2 * 3 + 1), ("post", 2 * 3 + 2)])
def test_every_place_of_a_pair_is_a_site(block, sites):
    network = nn.ResNet(2, 3, widths=(4, 5), depth=3, block=block, norm="layer", rngs=nnx.Rngs(0))
    assert network.body.sites == sites
    assert network(jnp.ones((1, 6, 5, 2))).shape == (1, 3)


def test_a_block_that_is_neither():
    with pytest.raises(ValueError, match="^ResNet: block must be one of 'identity', 'post'; got 'pre'; use"):
        nn.ResNet(1, 2, widths=(4,), depth=1, block="pre", rngs=nnx.Rngs(0))  # pyright: ignore[reportArgumentType]
