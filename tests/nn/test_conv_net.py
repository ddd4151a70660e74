"""The convolutional network, written out in NumPy from its formula."""

import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import nn
from tests.nn.written_out import array, mapped

RNG = np.random.default_rng(0)


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


def test_errors():
    with pytest.raises(ValueError, match="got depth=1 for 2 stages; use depth=2 or more"):
        nn.ConvNet(1, 2, widths=(4, 4), depth=1, rngs=nnx.Rngs(0))
    with pytest.raises(ValueError, match="ConvNet: x must be of shape .*height, width, 1"):
        nn.ConvNet(1, 2, widths=(4,), depth=1, rngs=nnx.Rngs(0))(jnp.ones((4, 1)))
