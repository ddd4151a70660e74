"""A design makes the pairs and maps that its words say."""

import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import nn
from bnact.nn.design import named_design

X = jnp.asarray(np.random.default_rng(0).normal(size=(5, 4)), jnp.float32)


@pytest.mark.parametrize("order", ["before", "after"])
def test_the_parts_of_a_pair_are_the_pair_where_nothing_is_added(order):
    design = named_design("net", "layer", "tanh", order, 1e-5, 0.9, None, jnp.float32)
    assert design.parted is not None
    parted = design.parted.joined(4)(design.parted.branch(4)(X))
    np.testing.assert_allclose(parted, design.pair(4)(X), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(design.pair(4)(X), nn.NormAct(4, "layer", "tanh", order)(X))


def test_maps_have_the_designs_types():
    design = named_design("net", "layer", "tanh", "before", 1e-5, 0.9, jnp.bfloat16, jnp.float16)
    for make in (design.dense, design.convolution(1)):
        made = make(4, 3, design.kernel_init, nnx.Rngs(0))
        assert made.kernel[...].dtype == jnp.float16
        assert made(jnp.ones((2, 2, 4))).dtype == jnp.bfloat16
