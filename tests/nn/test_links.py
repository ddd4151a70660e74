"""Links call the hook once at every site, in order, and a stack of them does too."""

import jax.numpy as jnp
import numpy as np
from flax import nnx

from bnact import nn
from bnact.nn.body import through_chain
from bnact.nn.links import Alone, Plain, Repeated


def visit(pair, made, one):
    return pair(made), (one, made[0, 0])


def add(number):
    return lambda x: x + number


def test_what_each_site_is_given_and_keeps():
    def block(rngs):
        return nn.Block(
            nn.dense(1, 1, nn.normal_with_gain(1.0), rngs=rngs), nn.NormAct(1, "none", "identity")
        )

    repeated = Repeated(block, 2, rngs=nnx.Rngs(0))
    repeated.stack.blocks.linear.kernel[...] = jnp.full((2, 1, 1), 2.0)
    chain = [Plain(add(1.0)), Alone(add(10.0)), repeated]
    y, (given, made) = through_chain(chain, visit, jnp.ones((1, 1)), jnp.arange(3.0))
    assert [link.sites for link in chain] == [0, 1, 2]
    np.testing.assert_array_equal(given, [0, 1, 2])
    np.testing.assert_array_equal(made, [2, 24, 48])
    np.testing.assert_array_equal(y, [[48.0]])
