"""What is kept for the way back, and that gradients stay what they are."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import nn
from bnact.fused import keep_linear_outputs, keep_pre_normalization, pre_normalization, recomputed
from bnact.nn.convolved import natively
from bnact.numerics import tolerance

RNG = np.random.default_rng(0)
X = jnp.asarray(RNG.normal(size=(64, 16)), jnp.float32)
KERNELS = jnp.asarray(RNG.normal(size=(6, 16, 16)) / 4, jnp.float32)
TENSOR = X.size * 4


def block(x, kernel):
    u = pre_normalization(x @ kernel)
    centred = u - jnp.mean(u, 0, keepdims=True)
    z = centred * jax.lax.rsqrt(jnp.mean(jnp.square(centred), 0, keepdims=True) + 1e-5)
    return z * jnp.tanh(jax.nn.softplus(z))


def unrolled(layer, kernels, x):
    for kernel in kernels:
        x = layer(x, kernel)
    return jnp.sum(x**3)


def scanned(layer, kernels, x):
    return jnp.sum(jax.lax.scan(lambda x, kernel: (layer(x, kernel), None), x, kernels)[0] ** 3)


NETWORKS = pytest.mark.parametrize("network", [unrolled, scanned])


@functools.cache
def kept_per_layer(network, layer):
    """Tensors of one activation's size that two more layers add to what a compiled gradient holds."""

    def bytes_held(depth):
        program = jax.jit(jax.grad(functools.partial(network, layer))).lower(KERNELS[:depth], X).compile()
        analysis = program.memory_analysis()
        assert analysis is not None
        return analysis.temp_size_in_bytes

    return (bytes_held(6) - bytes_held(3)) / 3 / TENSOR


@NETWORKS
def test_a_layer_keeps_two_tensors(network):
    # Its input, and what its normalization is given; mish by autodiff keeps four or more.
    assert kept_per_layer(network, recomputed(block)) <= 2.25
    assert kept_per_layer(network, block) >= 3.5


@NETWORKS
def test_a_layer_that_keeps_its_input_alone_keeps_one(network):
    assert kept_per_layer(network, recomputed(block, policy=None)) <= 1.25


@pytest.mark.parametrize("policy", [keep_linear_outputs, keep_pre_normalization])
def test_the_policies_serve_jax_checkpoint_in_a_scan(policy):
    assert kept_per_layer(scanned, jax.checkpoint(block, policy=policy)) <= 2.25


@NETWORKS
@pytest.mark.parametrize("policy", [keep_linear_outputs, keep_pre_normalization, None])
def test_gradients_are_those_of_the_block_itself(network, policy):
    gradient = jax.jit(jax.grad(functools.partial(network, recomputed(block, policy)), (0, 1)))(KERNELS, X)
    plain = jax.jit(jax.grad(functools.partial(network, block), (0, 1)))(KERNELS, X)
    for one, other in zip(gradient, plain, strict=True):
        scale = float(jnp.max(jnp.abs(other)))
        np.testing.assert_allclose(one, other, rtol=0, atol=scale * tolerance("float32").gradient)


@pytest.mark.slow
def test_arguments_may_be_named():
    layer = recomputed(lambda x, *, kernel: block(x, kernel))

    def value(fn, x, kernel):
        return jnp.sum(fn(x, kernel=kernel) ** 3)

    one = jax.grad(functools.partial(value, layer), (0, 1))(X, KERNELS[0])
    other = jax.grad(functools.partial(value, lambda x, kernel: block(x, kernel)), (0, 1))(X, KERNELS[0])
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4)


def residuals(policy, f, *args):
    _, pull = jax.vjp(jax.checkpoint(f, policy=policy), *args)
    return sorted(leaf.size for leaf in jax.tree.leaves(pull))


def test_a_product_with_batch_dimensions_is_computed_again():
    def scores(x):
        return jnp.sum(jnp.sin(jnp.einsum("nsh,nth->nst", x, x)))

    x = jnp.ones((2, 5, 3))
    assert residuals(keep_linear_outputs, scores, x) == [x.size]


def test_a_convolution_is_kept():
    def convolved(x, kernel):
        return jnp.sum(jnp.sin(natively(x, kernel, 1)))

    x, kernel = jnp.ones((2, 5, 5, 3)), jnp.ones((3, 3, 3, 4))
    assert residuals(keep_linear_outputs, convolved, x, kernel) == [108, 150, 200]


def test_what_a_block_of_ours_makes_is_marked():
    made = nn.Block(nn.Convolution(3, 4, nn.normal_with_gain(1.0), rngs=nnx.Rngs(0)), nn.NormAct(4))
    parts = nn.pure(made)
    x = jnp.ones((2, 5, 5, 3))

    def loss(x):
        return jnp.sum(nn.result_and_parts(parts, lambda block: block(x))[0])

    assert 200 in residuals(keep_pre_normalization, loss, x)


def test_it_serves_nnx_remat():
    module = nnx.Linear(4, 5, rngs=nnx.Rngs(0))

    def loss(module, x):
        return jnp.sum(jnp.sin(module(x)))

    kept = nnx.remat(loss, policy=keep_linear_outputs)
    x = jnp.ones((3, 4))
    one, other = nnx.grad(kept)(module, x), nnx.grad(loss)(module, x)
    jax.tree.map(functools.partial(np.testing.assert_allclose, rtol=1e-6), one, other)


def test_integers_keys_and_trees_pass():
    def f(tree, number, key):
        noise = jax.random.normal(key, tree["x"].shape)
        return {"y": jnp.sin(tree["x"] * noise) * number.astype(jnp.float32), "n": number}

    def loss(layer, tree):
        return jnp.sum(layer(tree, jnp.int32(3), jax.random.key(1))["y"])

    tree = {"x": X}
    one, other = (
        jax.grad(functools.partial(loss, recomputed(f)))(tree),
        jax.grad(functools.partial(loss, f))(tree),
    )
    np.testing.assert_allclose(one["x"], other["x"], rtol=1e-6)


def test_vmap_and_second_derivatives():
    def slope(layer, x):
        return jnp.sum(jnp.square(jax.grad(lambda x: jnp.sum(layer(x, KERNELS[0])))(x)))

    def each(layer):
        return jax.jit(jax.vmap(jax.grad(functools.partial(slope, layer))))(jnp.stack([X, 2 * X]))

    one, other = each(recomputed(block)), each(block)
    np.testing.assert_allclose(one, other, rtol=0, atol=float(jnp.max(jnp.abs(other))) * 1e-4)


@pytest.mark.parametrize("check_vma", [True, False])
def test_over_devices(check_vma):
    mesh = jax.make_mesh((8,), ("batch",), axis_types=(jax.sharding.AxisType.Auto,))
    parts, whole = jax.sharding.PartitionSpec("batch"), jax.sharding.PartitionSpec()

    def row_block(x, kernel):
        return jnp.sin(x @ kernel)

    def loss(layer, kernel):
        divided = jax.shard_map(
            layer, mesh=mesh, in_specs=(parts, whole), out_specs=parts, check_vma=check_vma
        )
        return jnp.sum(divided(X, kernel) ** 2)

    one = jax.jit(jax.grad(functools.partial(loss, recomputed(row_block))))(KERNELS[0])
    other = jax.grad(lambda kernel: jnp.sum(row_block(X, kernel) ** 2))(KERNELS[0])
    np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("given, name", [((3,), "block"), ((block, "no"), "policy")])
def test_what_is_no_function_is_refused(given, name):
    with pytest.raises(TypeError, match=f"^recomputed: {name} must be a function; got "):
        recomputed(*given)
