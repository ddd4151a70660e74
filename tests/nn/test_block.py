"""A block is a linear map and what follows it."""

import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import nn


@pytest.mark.parametrize("order", ["before", "after"])
def test_a_block_is_a_linear_map_and_a_pair(order):
    pair = nn.NormAct(4, "layer", "tanh", order)
    block = nn.Block(nn.dense(3, 4, nn.normal_with_gain(1.0), rngs=nnx.Rngs(0)), pair)
    x = jnp.asarray(np.random.default_rng(0).normal(size=(2, 5, 3)), jnp.float32)
    kernel, bias = block.linear.kernel[...], block.linear.bias
    assert bias is not None
    expected = pair(x @ kernel + jnp.broadcast_to(bias[...], (2, 5, 4)))
    np.testing.assert_allclose(block(x), expected, rtol=1e-5, atol=1e-6)


def test_a_linear_bias_ahead_of_batch_norm_has_no_gradient():
    block = nn.Block(
        nn.dense(3, 4, nn.normal_with_gain(1.0), rngs=nnx.Rngs(0)), nn.NormAct(4, "batch", "tanh")
    )
    x = jnp.asarray(np.random.default_rng(0).normal(size=(8, 3)), jnp.float32)
    gradient = nnx.grad(lambda block: jnp.sum(jnp.cos(block(x))))(block)
    np.testing.assert_allclose(gradient["linear"]["bias"][...], 0, atol=1e-5)
    assert np.max(np.abs(gradient["linear"]["kernel"][...])) > 1e-2
