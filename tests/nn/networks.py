"""Small networks of every architecture, by name: the shape of a batch, and what makes one."""

import functools

import jax.numpy as jnp
import numpy as np
from flax import nnx

from bnact import nn

FEATURES = 3
NETWORKS = {
    "MLP": ((8, 3), functools.partial(nn.MLP, width=8, depth=3)),
    "ResidualMLP identity": ((8, 3), functools.partial(nn.ResidualMLP, width=8, depth=2)),
    "ResidualMLP post": ((8, 3), functools.partial(nn.ResidualMLP, width=8, depth=2, block="post")),
    "ConvNet": ((8, 6, 6, 3), functools.partial(nn.ConvNet, widths=(4, 8), depth=3)),
    "ResNet identity": ((8, 6, 6, 3), functools.partial(nn.ResNet, widths=(4, 8), depth=3)),
    "ResNet post": ((8, 6, 6, 3), functools.partial(nn.ResNet, widths=(4, 8), depth=3, block="post")),
    "Transformer": ((8, 5, 3), functools.partial(nn.Transformer, width=8, depth=2, stream_norm="batch")),
}


def network_of(name, unroll=1):
    """A network of batch norms and tanh, and a batch for it."""
    shape, make = NETWORKS[name]
    network = make(FEATURES, 2, norm="batch", activation="tanh", unroll=unroll, rngs=nnx.Rngs(0))
    return network, jnp.asarray(np.random.default_rng(0).normal(size=shape), jnp.float32)
