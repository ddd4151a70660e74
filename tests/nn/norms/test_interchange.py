"""State goes to flax.nnx and back, and our norms live under every transformation that flax's live under.

Those of kernels, bnact.nn.norms.weight_norm and bnact.nn.norms.spectral_norm, are compared with flax's here.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from jax.sharding import AxisType, NamedSharding, PartitionSpec

from bnact import nn

FEATURES = 8
X = jnp.asarray(np.random.default_rng(0).normal(0.5, 2.0, (8, 5, FEATURES)), jnp.float32)
ACTIVATIONS = ("BatchNorm", "LayerNorm", "RMSNorm", "GroupNorm", "InstanceNorm")
KERNELS = ("WeightNorm", "SpectralNorm")
# The others share their code with these.
A_FEW = ("BatchNorm", "SpectralNorm")


def few_by_default(norms):
    return [norm if norm in A_FEW else pytest.param(norm, marks=pytest.mark.slow) for norm in norms]


every_norm = pytest.mark.parametrize("norm", [*ACTIVATIONS, *KERNELS])
few_norms = pytest.mark.parametrize("norm", few_by_default([*ACTIVATIONS, *KERNELS]))


def made(library, norm, seed=0, **settings):
    """A norm, or a linear map with one, whose parameters are not the first ones."""
    rngs = nnx.Rngs(seed)
    if norm in KERNELS:
        return getattr(library, norm)(nnx.Linear(FEATURES, FEATURES, rngs=rngs), **settings, rngs=rngs)
    start = {"scale_init": nnx.initializers.uniform(2.0), **settings}
    start |= {"num_groups": 4} if norm == "GroupNorm" else {}
    return getattr(library, norm)(FEATURES, **start, rngs=rngs)


def assert_equal(one, other, bound=1e-5):
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=bound, atol=bound), one, other)


# Compiled in one piece: that takes less time than its operations one by one.
output = nnx.jit(lambda module, x: module(x))


@every_norm
def test_the_state_of_either_loads_into_the_other(norm):
    with jax.numpy_rank_promotion("allow"):
        ours, theirs = made(nn, norm, seed=1), made(nnx, norm, seed=2)
        nnx.update(ours, nnx.state(theirs))
        assert_equal(output(ours, X), output(theirs, X))
        fresh = made(nnx, norm, seed=3)
        nnx.update(fresh, nnx.state(ours))
        there = nnx.merge(*nnx.split(ours), copy=True)
        expected = output(ours, X)
        assert_equal(output(fresh, X), expected)
        assert_equal(output(there, X), expected)


@few_norms
def test_jit_grad_and_eval_shape(norm):
    def loss(module, x):
        return jnp.sum(jnp.cos(module(x)))

    module = made(nn, norm)
    before = nnx.to_pure_dict(nnx.state(module, nnx.Param))
    gradients = nnx.jit(nnx.grad(loss))(module, X)
    assert all(np.abs(leaf).max() > 0 for leaf in jax.tree.leaves(gradients))
    assert_equal(nnx.to_pure_dict(nnx.state(module, nnx.Param)), before, 0)
    other = made(nn, norm)
    output(other, X)
    assert_equal(nnx.state(other), nnx.state(module))
    abstract = nnx.eval_shape(lambda: made(nn, norm))
    assert jax.tree.map(jnp.shape, nnx.state(abstract)) == jax.tree.map(jnp.shape, nnx.state(module))
    assert nnx.eval_shape(lambda module, x: module(x), module, X) == jax.ShapeDtypeStruct(X.shape, X.dtype)


@few_norms
def test_remat_updates_once(norm):
    states = []
    plain = lambda module, x: module(x)  # noqa: E731
    for call in (plain, nnx.remat(plain)):
        module = made(nn, norm)
        loss = nnx.grad(lambda module, x, call=call: jnp.sum(jnp.cos(call(module, x))))
        nnx.jit(loss)(module, X)
        states.append(nnx.state(module, nnx.BatchStat))
    assert_equal(*states)


@few_norms
def test_scan_over_steps_is_a_loop(norm):
    steps = jnp.stack([X, X + 1, 2 * X])
    looped, scanned = made(nn, norm), made(nn, norm)
    expected = jnp.stack([output(looped, x) for x in steps])

    @nnx.scan(in_axes=(nnx.Carry, 0), out_axes=(nnx.Carry, 0))
    def scan(module, x):
        return module, module(x)

    assert_equal(nnx.jit(scan)(scanned, steps)[1], expected)
    assert_equal(nnx.state(scanned), nnx.state(looped))


@few_norms
def test_vmap_over_modules_and_over_inputs(norm):
    several = nnx.jit(nnx.vmap(lambda rngs: made_with(norm, rngs)))(nnx.Rngs(0).split(3))
    y = nnx.jit(nnx.vmap(lambda module, x: module(x)))(several, jnp.stack([X, X + 1, 2 * X]))
    assert y.shape == (3, *X.shape)
    module = made(nn, norm)
    module.eval()
    mapped = jax.jit(jax.vmap(lambda x: module(x)))(jnp.stack([X, X + 1]))
    assert_equal(mapped, jnp.stack([output(module, X), output(module, X + 1)]))


def made_with(norm, rngs):
    if norm in KERNELS:
        return getattr(nn, norm)(nnx.Linear(FEATURES, FEATURES, rngs=rngs), rngs=rngs)
    return getattr(nn, norm)(FEATURES, **({"num_groups": 4} if norm == "GroupNorm" else {}), rngs=rngs)


@pytest.mark.parametrize("axis_type", [AxisType.Auto, AxisType.Explicit])
@pytest.mark.parametrize("norm", few_by_default(ACTIVATIONS))
def test_sharded_equals_single(norm, axis_type):
    x, mask = X + 1e4, jnp.arange(8)[:, None, None] > 2
    single, sharded = made(nn, norm), made(nn, norm)
    call = jax.jit(lambda parts, x, mask: nn.result_and_parts(parts, lambda module: module(x, mask=mask)))
    expected, after = call(nn.pure(single), x, mask)
    mesh = jax.make_mesh((8,), ("batch",), axis_types=(axis_type,))
    with jax.set_mesh(mesh):
        split = NamedSharding(mesh, PartitionSpec("batch"))
        y, there = call(nn.pure(sharded), jax.device_put(x, split), jax.device_put(mask, split))
    assert_equal((y, there.state), (expected, after.state))


@pytest.mark.parametrize("check_vma", [True, False])
def test_batch_norm_over_devices_weighs_by_count(check_vma):
    x, mask = X + 1e4, jnp.arange(8)[:, None, None] > 2  # three devices have nothing that counts
    single = made(nn, "BatchNorm")
    expected = nnx.jit(lambda module, x, mask: module(x, mask=mask))(single, x, mask)
    parts = nn.pure(made(nn, "BatchNorm", axis_name="batch"))
    split = PartitionSpec("batch")
    member = jax.shard_map(
        lambda x, mask: nn.result_and_parts(parts, lambda module: module(x, mask=mask)),
        mesh=jax.make_mesh((8,), ("batch",), axis_types=(AxisType.Auto,)),
        in_specs=split,
        out_specs=(split, PartitionSpec()),
        check_vma=check_vma,
    )
    y, there = jax.jit(member)(x, mask)
    assert_equal((y, there.state), (expected, nn.pure(single).state))


@pytest.mark.parametrize("groups", [((0, 1), (2, 3)), ((0, 3, 1), (2,))])
def test_groups_of_a_mapped_axis_under_vmap_and_a_checked_map(groups):
    x = X.reshape(4, 2, 5, FEATURES)
    norm = made(nn, "BatchNorm", axis_name="members", axis_index_groups=groups)

    def member(x):
        y, parts = nn.result_and_parts(nn.pure(norm), lambda module: module(x))
        return y, parts.state

    y, state = jax.jit(jax.vmap(member, axis_name="members"))(x)
    mesh = jax.make_mesh((4,), ("members",), axis_types=(AxisType.Auto,))
    split = PartitionSpec("members")
    mapped = jax.shard_map(lambda x: member(x[0])[0][None], mesh=mesh, in_specs=split, out_specs=split)
    assert_equal(jax.jit(mapped)(x), y)
    for group in groups:
        alone = made(nn, "BatchNorm")
        expected = output(alone, x[jnp.array(group)].reshape(-1, 5, FEATURES))
        assert_equal(y[jnp.array(group)].reshape(expected.shape), expected)
        assert_equal(state["mean"][group[0]], alone.mean[...])
        assert_equal(state["var"][group[-1]], alone.var[...])


def test_view_train_and_eval():
    module = made(nn, "BatchNorm")
    assert nnx.view(module, use_running_average=True).use_running_average is True
    assert module.use_running_average is False
    module.eval()
    before = module.mean[...]
    module(X)
    assert_equal(module.mean[...], before, 0)
    module.train()
    module(X)
    assert np.abs(module.mean[...] - before).max() > 0


def test_an_optimizer_trains_the_scales_of_weight_norm():
    module = made(nn, "WeightNorm")
    scales = [leaf for path, leaf in nnx.to_flat_state(nnx.state(module, nnx.Param)) if "scales" in path]
    assert [leaf.shape for leaf in scales] == [(FEATURES,)]
    inside = made(nn, "BatchNorm")
    nn.WeightNorm(inside, variable_filter=nnx.PathContains("scale"), rngs=nnx.Rngs(0))(X)
    assert np.abs(inside.mean[...]).max() > 0  # what is inside remembers on


@pytest.mark.parametrize("groups", [None, ((0, 1), (2, 3))])
def test_the_gradient_of_a_compiled_map(groups):
    norm = made(nn, "BatchNorm", axis_name="members", axis_index_groups=groups)
    parts = nn.pure(norm)

    def loss(x, compiled):
        mapped = jax.vmap(lambda x: nn.result_and_parts(parts, lambda m: m(x))[0], axis_name="members")
        return jnp.sum(jnp.cos((jax.jit(mapped) if compiled else mapped)(x)))

    x = X.reshape(4, 2, 5, FEATURES)
    one, other = (jax.jit(jax.grad(loss), static_argnums=1)(x, compiled) for compiled in (True, False))
    assert_equal(one, other)
