"""Every norm is the same under every transformation, and however its batch is divided over devices."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import AxisType, NamedSharding, PartitionSpec

from tests.normalizations.every_norm import (
    FEATURES,
    applied,
    assert_trees_close,
    every_dtype,
    every_norm,
    initialized,
    inputs,
    made,
    of_rank,
    results_and_gradients,
)

slow = pytest.mark.slow


@every_norm
def test_jit_remat_and_eval_shape(name):
    norm, everything = made(name), of_rank(name, np.ones((16, FEATURES), bool))
    params, state = initialized(norm)
    x = jnp.asarray(inputs(name, 16), jnp.float32)
    eager = norm.apply(params, state, x)
    assert_trees_close(applied(norm, params, state, x), eager, 1e-6)
    shapes = jax.eval_shape(norm.apply, params, state, x)
    assert shapes == jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype), eager)
    recomputed = jax.checkpoint(norm.apply, static_argnums=3)

    def rematerialized(*args, train, mask):
        return recomputed(*args, train, mask)

    expected = results_and_gradients(norm.apply, params, state, x, everything)
    assert_trees_close(results_and_gradients(rematerialized, params, state, x, everything), expected, 1e-5)


@every_norm
def test_vmap_and_scan_equal_a_loop(name):
    norm = made(name)
    params, state = initialized(norm)
    x = inputs(name, 4, 16).astype(np.float32)

    def train_step(state, x):
        y, state = norm.apply(params, state, x)
        return state, y

    @jax.jit
    def mapped_and_scanned(state, x):
        return jax.vmap(lambda x: norm.apply(params, state, x)[0])(x), jax.lax.scan(train_step, state, x)

    mapped, (after, scanned) = mapped_and_scanned(state, x)
    first = state
    for step in range(4):
        alone, _ = applied(norm, params, first, x[step])
        y, state = applied(norm, params, state, x[step])
        assert_trees_close((np.asarray(mapped)[step], np.asarray(scanned)[step]), (alone, y), 1e-6)
    assert_trees_close(after, state, 1e-6)
    assert jax.tree.map(lambda leaf: leaf.dtype, after) == jax.tree.map(lambda leaf: leaf.dtype, state)


@every_norm
@every_dtype
def test_the_state_keeps_its_shape_and_type(name, dtype):
    with jax.enable_x64(True):
        norm = made(name)
        params, state = norm.init(FEATURES)
        _, after = jax.eval_shape(norm.apply, params, state, jnp.asarray(inputs(name, 8), dtype))
        assert jax.tree.map(lambda leaf: leaf.shape, after) == jax.tree.map(lambda leaf: leaf.shape, state)
        assert jax.tree.map(lambda leaf: leaf.dtype, after) == jax.tree.map(lambda leaf: leaf.dtype, state)


@every_norm
@pytest.mark.parametrize(
    "axis_type, mask_split",
    [
        (AxisType.Auto, True),
        (AxisType.Explicit, False),
        pytest.param(AxisType.Auto, False, marks=slow),
        pytest.param(AxisType.Explicit, True, marks=slow),
    ],
)
def test_sharded_equals_single(name, axis_type, mask_split):
    norm = made(name)
    params, state = initialized(norm)
    x = inputs(name, 16, mean=1e4).astype(np.float32)
    mask = np.broadcast_to(of_rank(name, np.arange(16)[:, None] > 2), x.shape)
    expected = results_and_gradients(norm.apply, params, state, x, mask)
    mesh = jax.make_mesh((8,), ("batch",), axis_types=(axis_type,))
    with jax.set_mesh(mesh):
        split = NamedSharding(mesh, PartitionSpec("batch"))
        x = jax.device_put(x, split)
        mask = jax.device_put(mask, split) if mask_split else mask
        sharded = results_and_gradients(norm.apply, params, state, x, mask)
    assert_trees_close(sharded, expected, 1e-5)


@every_norm
@pytest.mark.parametrize("check_vma", [True, pytest.param(False, marks=slow)])
def test_divided_by_shard_map_equals_single(name, check_vma):
    norm = made(name)
    params, state = initialized(norm)
    x = inputs(name, 16, mean=1e4).astype(np.float32)
    mask = np.broadcast_to(
        of_rank(name, np.arange(16)[:, None] > 2), x.shape
    )  # the first device has no example that counts
    expected = results_and_gradients(norm.apply, params, state, x, mask)
    split, whole = PartitionSpec("batch"), PartitionSpec()

    def member(params, state, x, mask):
        return norm.apply(params, state, x, mask=mask, axis_name="batch")

    divided = jax.shard_map(
        member,
        mesh=jax.make_mesh((8,), ("batch",), axis_types=(AxisType.Auto,)),
        in_specs=(whole, whole, split, split),
        out_specs=(split, whole),
        check_vma=check_vma,
    )

    def together(params, state, x, train, mask):
        del train
        return divided(params, state, x, mask)

    results = results_and_gradients(together, params, state, x, mask)
    assert_trees_close(results, expected, 1e-5)
