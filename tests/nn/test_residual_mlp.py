"""Dense residual blocks, written out in NumPy from their formulas."""

import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import nn
from tests.nn.written_out import first_of, mapped, normalized

RNG = np.random.default_rng(0)


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
