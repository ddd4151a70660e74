"""A look at a large dataset fits into memory."""

import jax
import jax.numpy as jnp
import pytest

from bnact import nn
from bnact.fused import index_of, table_of
from bnact.training.architectures import Size, architecture_of
from bnact.training.examples import Examples, Labelled
from bnact.training.objective import OBJECTIVES
from bnact.training.observation import observation

TABLE = table_of(("relu",))
INDEX = index_of("relu", "batch", "before", TABLE)


def shapes(count):
    return jax.eval_shape(lambda: Labelled(jnp.zeros((count, 28 * 28)), jnp.zeros(count, jnp.int32)))


@pytest.mark.slow
def test_a_look_at_as_many_images_as_mnist_has_needs_less_than_four_gigabytes():
    def look(examples):
        design = nn.Design(lambda units: nn.SwitchNormAct(units, INDEX, TABLE), nn.normal_with_gain(1.0))
        size = Size(28 * 28, (28, 28, 1), 10, width=16, depth=4)
        make = architecture_of("conv_net").network
        parts = nn.fresh(lambda rngs: make(size, design, rngs), jax.random.key(0))
        return observation(parts, examples, OBJECTIVES["classification"])

    examples = Examples(shapes(48_000), shapes(12_000), shapes(10_000))
    needed = jax.jit(look).lower(examples).compile().memory_analysis()
    assert needed is not None
    assert needed.temp_size_in_bytes < 4e9
