"""A stack is a Python loop over its blocks, compiled once."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import nn
from bnact.nn.functional import stacked


def block(rngs):
    return nn.Block(
        nn.dense(3, 3, nn.normal_with_gain(1.0), rngs=rngs), nn.NormAct(3, "batch", "tanh", momentum=0.5)
    )


def inputs():
    return jnp.asarray(np.random.default_rng(0).normal(size=(5, 3)), jnp.float32)


def unrolled(stack, depth):
    """The blocks one by one."""
    graph, params, state = nn.pure(stack.blocks)
    return [nnx.merge(graph, *jax.tree.map(lambda leaf, i=i: leaf[i], (params, state))) for i in range(depth)]


def test_a_stack_is_its_blocks_one_after_another():
    stack, x = nn.Stack(block, 4, rngs=nnx.Rngs(0)), inputs()
    singles = unrolled(stack, 4)
    y, expected = stack(x), x
    called = nnx.jit(lambda block, x: block(x))
    for single in singles:
        expected = called(single, expected)
    np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-6)
    for position, single in enumerate(singles):
        ours = jax.tree.map(lambda leaf, i=position: leaf[i], stack.blocks.norm_act.state.get_value())
        for one, other in zip(ours, single.norm_act.state.get_value(), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    assert np.all(stack.blocks.norm_act.state.get_value().count == 1)


def test_blocks_differ_and_are_determined_by_the_key():
    @jax.jit
    def drawn(key):
        return nn.fresh(lambda rngs: nn.Stack(block, 3, rngs=rngs).blocks.linear, key).params["kernel"][...]

    kernels = [np.asarray(drawn(jax.random.key(seed))) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert len({kernel.tobytes() for stack in (kernels[0], kernels[2]) for kernel in stack}) == 6


def test_scan_hands_each_block_its_own_and_stacks_what_they_return():
    stack, x = nn.Stack(block, 3, rngs=nnx.Rngs(0)), inputs()
    y, outputs = stack.scan(
        lambda block, x, added: (x + added, jnp.sum(x)), x, jnp.asarray([1.0, 10.0, 100.0])
    )
    np.testing.assert_allclose(y, x + 111, rtol=1e-6)
    np.testing.assert_allclose(outputs, jnp.sum(x) + jnp.asarray([0.0, 15.0, 165.0]), rtol=1e-5)


def test_stacked_is_what_each_key_makes(key):
    keys = jax.random.split(key, 3)
    together = nn.pure(stacked(block, keys)).params
    for position in range(3):
        alone = nn.fresh(block, keys[position]).params
        jax.tree.map(
            lambda one, other, i=position: np.testing.assert_allclose(one[i], other, rtol=1e-6),
            together,
            alone,
        )


def test_a_stack_has_a_block():
    with pytest.raises(
        ValueError, match="^Stack: depth must be at least 1 block; got depth=0; use 1 or more$"
    ):
        nn.Stack(block, 0, rngs=nnx.Rngs(0))
