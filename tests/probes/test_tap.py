"""The sink leaves the input alone, and takes in the size of its gradient."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import AxisType, PartitionSpec

from bnact.probes import with_gradient_sink

X = jnp.asarray(np.random.default_rng(0).normal(size=(8, 3)), jnp.float32)


def loss(x, sink):
    return jnp.sum(jnp.sin(with_gradient_sink(x, sink) ** 2))


@pytest.mark.parametrize("dtype", [jnp.float16, jnp.bfloat16, jnp.float32])
def test_an_identity(dtype):
    x = X.astype(dtype)
    np.testing.assert_array_equal(with_gradient_sink(x, jnp.float32(0)), x)
    assert with_gradient_sink(x, jnp.float32(7)).dtype == dtype


def test_the_gradient_is_untouched_and_its_squares_are_summed():
    plain = jax.grad(lambda x: jnp.sum(jnp.sin(x**2)))(X)
    gradient, squares = jax.grad(loss, (0, 1))(X, jnp.float32(0))
    np.testing.assert_array_equal(gradient, plain)
    np.testing.assert_allclose(squares, np.sum(np.square(np.asarray(plain, np.float64))), rtol=1e-6)


def test_half_precision_is_summed_in_the_sinks_type():
    x = jnp.full((4096,), 1.0, jnp.float16)
    gradient = jax.grad(lambda sink: jnp.sum(with_gradient_sink(x, sink).astype(jnp.float32)))(jnp.float32(0))
    np.testing.assert_array_equal(gradient, 4096.0)  # float16 stops counting at 2048


def test_two_sinks_on_one_path_do_not_disturb_each_other():
    def both(sinks):
        return jnp.sum(jnp.sin(3.0 * with_gradient_sink(2.0 * with_gradient_sink(X, sinks[0]), sinks[1])))

    inner, outer = jax.grad(both)(jnp.zeros(2))
    np.testing.assert_allclose(inner, 4 * outer, rtol=1e-6)


def test_jit_vmap_scan_and_remat():
    expected = jax.grad(loss, 1)(X, jnp.float32(0))
    np.testing.assert_allclose(
        jax.jit(jax.grad(jax.checkpoint(loss), 1))(X, jnp.float32(0)), expected, rtol=1e-6
    )
    members = jnp.stack([X, 2 * X])
    singles = [jax.grad(loss, 1)(member, jnp.float32(0)) for member in members]
    np.testing.assert_allclose(
        jax.vmap(jax.grad(loss, 1), (0, None))(members, jnp.float32(0)), singles, rtol=1e-6
    )

    def scanned(sinks):
        return jax.lax.scan(lambda total, given: (total + loss(*given), None), 0.0, (members, sinks))[0]

    np.testing.assert_allclose(jax.grad(scanned)(jnp.zeros(2)), singles, rtol=1e-6)


@pytest.mark.parametrize("check_vma", [True, False])
def test_a_sum_over_devices(check_vma):
    mesh = jax.make_mesh((8,), ("batch",), axis_types=(AxisType.Auto,))
    parts, whole = PartitionSpec("batch"), PartitionSpec()
    divided = jax.shard_map(
        with_gradient_sink, mesh=mesh, in_specs=(parts, whole), out_specs=parts, check_vma=check_vma
    )
    gradient = jax.grad(lambda sink: jnp.sum(jnp.sin(divided(X, sink) ** 2)))(jnp.float32(0))
    np.testing.assert_allclose(gradient, jax.grad(loss, 1)(X, jnp.float32(0)), rtol=1e-6)
