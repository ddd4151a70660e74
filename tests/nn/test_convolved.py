"""A convolution in all its forms: one value, and one derivative of every kind."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from jax.sharding import AxisType, NamedSharding, PartitionSpec

from bnact.nn.convolved import by_patches, convolved, in_order, natively
from experiments.doctor.canaries.convolutions import FAST, orders_in

RNG = np.random.default_rng(0)
X, KERNEL = RNG.normal(size=(2, 6, 5, 3)), RNG.normal(size=(3, 3, 3, 4))
DX, DKERNEL = RNG.normal(size=X.shape), RNG.normal(size=KERNEL.shape)


def in_float32(*arrays):
    return tuple(jnp.asarray(array, jnp.float32) for array in arrays)


def expected(x, kernel, stride):
    height, width = (-(-size // stride) for size in x.shape[1:3])
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    y = np.zeros((len(x), height, width, kernel.shape[-1]))
    for place in np.ndindex(height, width):
        i, j = (stride * each for each in place)
        y[:, place[0], place[1]] = np.einsum("nijc,ijco->no", padded[:, i : i + 3, j : j + 3], kernel)
    return y


def assert_close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("stride", [1, 2])
def test_all_ways_are_the_sum_over_the_nine_neighbours(stride):
    x, kernel = in_float32(X, KERNEL)
    for way in (by_patches, natively, convolved):
        assert_close(way(x, kernel, stride), expected(X, KERNEL, stride))


def test_in_order_is_that_with_a_stride_of_one():
    x, kernel = in_float32(X, KERNEL)
    assert_close(in_order(x, kernel), expected(X, KERNEL, 1))


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("shape", [(2, 6, 5, 3), (1, 1, 1, 3), (3, 1, 2, 3)])
def test_the_gradient_against_float64(stride, shape):
    # The convolution is linear in each of its two, so that its own values give its gradients.
    x = RNG.normal(size=shape)
    above = RNG.normal(size=expected(x, KERNEL, stride).shape)

    def loss(x, kernel):
        return jnp.sum(convolved(x, kernel, stride) * jnp.asarray(above, jnp.float32))

    by_x, by_kernel = jax.grad(loss, (0, 1))(*in_float32(x, KERNEL))
    dx, dkernel = RNG.normal(size=shape), RNG.normal(size=KERNEL.shape)
    assert_close(np.sum(by_x * dx), np.sum(expected(dx, KERNEL, stride) * above))
    assert_close(np.sum(by_kernel * dkernel), np.sum(expected(x, dkernel, stride) * above))


@pytest.mark.parametrize("stride", [1, 2])
def test_forward_mode(stride):
    y, dy = jax.jvp(
        lambda x, kernel: convolved(x, kernel, stride), in_float32(X, KERNEL), in_float32(DX, DKERNEL)
    )
    assert_close(y, expected(X, KERNEL, stride))
    assert_close(dy, expected(DX, KERNEL, stride) + expected(X, DKERNEL, stride))


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("outer", [jax.jacfwd, jax.jacrev])
def test_second_derivatives_are_those_of_xlas_own(stride, outer):
    x, kernel = in_float32(X[:1, :3, :2], KERNEL)

    def second(way):
        return outer(jax.grad(lambda kernel: jnp.sum(jnp.sin(way(x, kernel, stride)))))(kernel)

    assert_close(second(convolved), second(natively))


@pytest.mark.parametrize("axes", [(0, 0), (0, None), (None, 0)])
def test_vmapped(axes):
    x, kernel = in_float32(np.stack([X, DX]), np.stack([KERNEL, DKERNEL]))
    given = [array if axis == 0 else array[0] for array, axis in zip((x, kernel), axes, strict=True)]

    def gradient(way):
        return jax.grad(lambda x, kernel: jnp.sum(jnp.sin(way(x, kernel, 1))), (0, 1))

    found = jax.vmap(gradient(convolved), axes)(*given)
    for one, other in zip(found, jax.vmap(gradient(natively), axes)(*given), strict=True):
        assert_close(one, other)


def test_in_a_loop():
    x, kernels = in_float32(X, np.stack([RNG.normal(size=(3, 3, 3, 3)) / 5 for _ in range(3)]))

    def through_a_loop(kernels):
        return jnp.sum(lax.scan(lambda x, kernel: (convolved(x, kernel, 1), None), x, kernels)[0] ** 2)

    def written_out(kernels):
        y = x
        for kernel in kernels:
            y = natively(y, kernel, 1)
        return jnp.sum(y**2)

    assert_close(jax.jit(jax.grad(through_a_loop))(kernels), jax.grad(written_out)(kernels))


@pytest.mark.parametrize("way", [convolved, natively])
def test_in_a_loop_every_convolution_has_the_order_that_is_fast(way):
    def descended(kernel, x):
        def step(kernel, _):
            return kernel - 0.1 * jax.grad(lambda kernel: jnp.mean(jnp.sin(way(x, kernel, 1))))(kernel), None

        return lax.scan(step, kernel, None, length=3)[0]

    given = jnp.ones((3, 3, 8, 8)), jnp.ones((4, 16, 16, 8))
    orders = orders_in(jax.jit(descended).lower(*given).compile().as_text() or "")
    assert orders
    assert all(FAST.fullmatch(order) for order in orders) == (way is convolved)


@pytest.mark.parametrize("stride", [1, 2])
def test_examples_on_a_mesh_with_explicit_axes(stride):
    x, kernel = in_float32(X, KERNEL)
    mesh = jax.make_mesh((2,), ("batch",), axis_types=(AxisType.Explicit,))

    def gradient(x, kernel):
        return jax.grad(lambda x, kernel: jnp.sum(jnp.sin(convolved(x, kernel, stride))), (0, 1))(x, kernel)

    expected = gradient(x, kernel)
    with jax.set_mesh(mesh):
        divided = jax.device_put(x, NamedSharding(mesh, PartitionSpec("batch")))
        found = jax.jit(gradient)(divided, jax.device_put(kernel, NamedSharding(mesh, PartitionSpec())))
    for one, other in zip(found, expected, strict=True):
        assert_close(jax.device_get(one), other)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_keeps_its_type(dtype):
    x, kernel = (array.astype(dtype) for array in in_float32(X, KERNEL))
    y, back = jax.vjp(lambda x, kernel: convolved(x, kernel, 1), x, kernel)
    assert [each.dtype for each in (y, *back(y))] == [dtype] * 3


@pytest.mark.parametrize("stride", [1, 2])
def test_the_way_back_keeps_no_patches(stride):
    def loss(kernel, x):
        return jnp.sum(convolved(x, kernel, stride))

    kernel, x = jnp.ones((3, 3, 2, 2)), jnp.ones((4, 6, 6, 2))
    _, backward = jax.vjp(loss, kernel, x)
    assert max(leaf.size for leaf in jax.tree.leaves(backward)) == x.size


def test_for_a_gradient_by_the_kernel_alone_no_more_than_x_is_kept():
    kernel, x = jnp.ones((3, 3, 2, 5)), jnp.ones((4, 6, 6, 2))
    _, backward = jax.vjp(lambda kernel: jnp.sum(convolved(x, kernel, 1)), kernel)
    kept = {leaf.shape for leaf in jax.tree.leaves(backward) if leaf.size > 1}
    assert all(np.prod(shape) <= x.size for shape in kept), kept
    dy = jax.make_jaxpr(lambda dkernel: jax.jvp(lambda k: in_order(x, k), (kernel,), (dkernel,))[1])(kernel)
    assert str(dy).count("conv_general_dilated[") == 2
