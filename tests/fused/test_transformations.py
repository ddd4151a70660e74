"""The rule under every transformation, and divided over devices in every way."""

import functools

import jax
import numpy as np
import pytest
from jax.sharding import AxisType, NamedSharding, PartitionSpec

from bnact.fused import index_of, recomputed, switched
from tests.compiled import most_exchanged
from tests.fused.references import (
    TABLE,
    assert_same,
    drawn,
    fused_pair,
    switched_pair,
    value_and_gradients,
)

TRANSFORMED = [("batch", "before", "relu"), ("layer", "after", "tanh"), ("rms", "before", "mish")]
every_transformed = pytest.mark.parametrize("pair", TRANSFORMED, ids="-".join)


@every_transformed
def test_jit_remat_and_eval_shape(pair):
    fn, arguments = fused_pair(*pair), drawn(6, 4, dtype=np.float32)
    eager = value_and_gradients(fn, *arguments)
    compiled = jax.jit(functools.partial(value_and_gradients, jax.checkpoint(fn)))(*arguments)
    assert_same(compiled, eager, "float32")
    shapes = jax.eval_shape(functools.partial(value_and_gradients, fn), *arguments)
    assert [(s.shape, s.dtype) for s in shapes] == [(array.shape, array.dtype) for array in eager]


@every_transformed
def test_vmap_and_scan_equal_a_loop(pair):
    fn, (x, scale, bias, cotangent) = fused_pair(*pair), drawn(3, 6, 4, dtype=np.float32)
    run = functools.partial(value_and_gradients, fn)
    mapped = jax.jit(jax.vmap(run, (0, None, None, 0)))(x, scale, bias, cotangent)

    def body(carry, given):
        return carry, run(given[0], scale, bias, given[1])

    _, scanned = jax.jit(functools.partial(jax.lax.scan, body))(0, (x, cotangent))
    for member in range(3):
        single = run(x[member], scale, bias, cotangent[member])
        assert_same([part[member] for part in mapped], single, "float32")
        assert_same([part[member] for part in scanned], single, "float32")


@pytest.mark.parametrize("check_vma", [True, False])
@pytest.mark.parametrize("through", ["layer of its own", "switch"])
def test_divided_by_shard_map_equals_single(check_vma, through):
    x, scale, bias, cotangent = drawn(16, 4, dtype=np.float32)
    index = index_of("mish", "layer", "before", TABLE)
    fn = fused_pair("layer", "before", "mish")
    member = fn if through != "switch" else lambda *arguments: switched(index, *arguments, table=TABLE)
    mesh = jax.make_mesh((8,), ("batch",), axis_types=(AxisType.Auto,))
    parts, whole = PartitionSpec("batch"), PartitionSpec()
    divided = jax.shard_map(
        member, mesh=mesh, in_specs=(parts, whole, whole), out_specs=parts, check_vma=check_vma
    )
    together = jax.jit(functools.partial(value_and_gradients, divided))(x, scale, bias, cotangent)
    assert_same(together, value_and_gradients(fn, x, scale, bias, cotangent), "float32")


@every_transformed
@pytest.mark.parametrize("axis_type", [AxisType.Auto, AxisType.Explicit])
@pytest.mark.parametrize("by", [fused_pair, switched_pair])
def test_sharded_equals_single(pair, axis_type, by):
    fn, (x, scale, bias, cotangent) = by(*pair), drawn(16, 4, dtype=np.float32, mean=1e3)
    expected = value_and_gradients(fn, x, scale, bias, cotangent)
    mesh = jax.make_mesh((8,), ("batch",), axis_types=(axis_type,))
    with jax.set_mesh(mesh):
        parts = NamedSharding(mesh, PartitionSpec("batch", None))
        x, cotangent = jax.device_put((x, cotangent), parts)
        sharded = jax.jit(functools.partial(value_and_gradients, fn))(x, scale, bias, cotangent)
    assert_same(sharded, expected, "float32")


SPECS = [PartitionSpec("over", None), PartitionSpec(None, "over")]


@pytest.mark.parametrize("spec", SPECS, ids=str)
@pytest.mark.parametrize("axis_type", [AxisType.Auto, AxisType.Explicit])
@pytest.mark.parametrize("by", [fused_pair, switched_pair])
def test_no_cotangent_is_gathered(spec, axis_type, by):
    x, scale, bias, cotangent = drawn(64, 8, dtype=np.float32)
    fn = by("batch", "before", "mish")
    expected = value_and_gradients(fn, x, scale, bias, cotangent)
    mesh = jax.make_mesh((8,), ("over",), axis_types=(axis_type,))
    with jax.set_mesh(mesh):
        x, cotangent = jax.device_put((x, cotangent), NamedSharding(mesh, spec))
        gradients = jax.jit(functools.partial(value_and_gradients, fn))
        program = gradients.lower(x, scale, bias, cotangent).compile()
        divided = program(x, scale, bias, cotangent)
    assert_same(divided, expected, "float32")
    assert most_exchanged(program) < x.size / 8


@pytest.mark.parametrize("axis_type", [AxisType.Auto, AxisType.Explicit])
def test_recomputed_over_a_mesh(axis_type):
    x, scale, bias, cotangent = drawn(64, 8, dtype=np.float32)

    def block(x, scale, bias):
        return jax.numpy.tanh(jax.numpy.tanh(x * scale[None]) + bias[None])

    expected = value_and_gradients(block, x, scale, bias, cotangent)
    mesh = jax.make_mesh((8,), ("over",), axis_types=(axis_type,))
    with jax.set_mesh(mesh):
        x, cotangent = jax.device_put((x, cotangent), NamedSharding(mesh, SPECS[0]))
        gradients = jax.jit(functools.partial(value_and_gradients, recomputed(block)))
        program = gradients.lower(x, scale, bias, cotangent).compile()
        divided = program(x, scale, bias, cotangent)
    assert_same(divided, expected, "float32")
    assert most_exchanged(program) < x.size / 8


@every_transformed
def test_without_jit_a_switch_is_the_same(pair):
    fn, arguments = switched_pair(*pair), drawn(6, 4, dtype=np.float32)
    expected = jax.jit(functools.partial(value_and_gradients, fn))(*arguments)
    with jax.disable_jit():
        assert_same(value_and_gradients(fn, *arguments), expected, "float32")


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@every_transformed
def test_a_switch_computes_half_precision_in_float32_and_rounds_once(pair, dtype):
    fn, (x, scale, bias, cotangent) = switched_pair(*pair), drawn(16, 4, dtype=np.float32, mean=2.0)
    run = jax.jit(functools.partial(value_and_gradients, fn))
    x, cotangent = x.astype(dtype), cotangent.astype(dtype)
    found = run(x, scale, bias, cotangent)
    wide = run(x.astype(np.float32), scale, bias, cotangent.astype(np.float32))
    assert [part.dtype for part in found] == [dtype, dtype, np.float32, np.float32]
    assert_same(found, [one.astype(part.dtype) for one, part in zip(wide, found, strict=True)], "float32")
