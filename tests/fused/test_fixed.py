"""The rule for every norm that standardizes by its own statistics, beside the two one after the other."""

import functools
from collections import Counter

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import AxisType, NamedSharding, PartitionSpec

from bnact import activations
from bnact.activations import LEARNABLE, Activation
from bnact.fused import fixed, fused_norms, output_and_state
from bnact.normalizations import NORMALIZATIONS, group_norm
from bnact.normalizations.standardize import behind_mask_zero
from bnact.numerics import directional_derivative, full_mask, tolerance
from tests.fused.references import ORDERS, assert_close
from tests.normalizations.every_norm import FEATURES, made, remembers

BOUND = tolerance("float64")
ACTS = ("tanh", "mish", "prelu")
PAIRS = [(norm, order, act) for norm in fused_norms() for order in ORDERS for act in ACTS]
every_pair = pytest.mark.parametrize("norm, order, act", PAIRS)
POSITIONS = (3, 2)


def learned_of(act):
    return jnp.linspace(0.1, 0.6, FEATURES) if act in LEARNABLE else ()


def the_two(norm, order, act, mask=None, axis_name=None):
    """(x, params, learned) -> (y, state) by the rule, and one after the other."""
    record = LEARNABLE[act] if act in LEARNABLE else activations.get(act)
    state = norm.init(FEATURES)[1]

    def activated(learned, x):
        return record(x) if isinstance(record, Activation) else record.apply(learned, x)

    def rule(x, params, learned):
        return output_and_state(norm.standardizes, record, order, x, params, state, learned, mask, axis_name)

    def plain(x, params, learned):
        apply = functools.partial(norm.apply, mask=mask, axis_name=axis_name)
        if order == "before":
            y, after = apply(params, state, x)
            return activated(learned, y), after
        return apply(params, state, activated(learned, behind_mask_zero(x, full_mask(mask, x))))

    return rule, plain


def drawn(norm, act, *leading, mean=0.5, seed=0):
    """x, parameters that are not the first ones, what the activation learned, and a cotangent."""
    rng = np.random.default_rng(seed)
    shape = (*leading, FEATURES)
    x, cotangent = (jnp.asarray(rng.normal(m, 1.5, shape)) for m in (mean, 0.0))
    params = jax.tree.map(lambda leaf: jnp.asarray(rng.uniform(0.5, 1.5, leaf.shape)), norm.init(FEATURES)[0])
    return (x, params, learned_of(act)), cotangent


def results(fn, at, cotangent):
    """y, its gradients, and the state."""
    y, back, state = jax.vjp(fn, *at, has_aux=True)
    return y, back(cotangent), state


def assert_results_close(one, other, bound=BOUND.gradient):
    assert jax.tree.structure(one) == jax.tree.structure(other)
    (*one, one_state), (*other, other_state) = one, other
    for left, right in zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True):
        assert_close(left, right, bound)
    # A state holds what rounding took off a mean: no number to be close to in units of itself.
    for left, right in zip(jax.tree.leaves(one_state), jax.tree.leaves(other_state), strict=True):
        np.testing.assert_allclose(left, right, rtol=bound, atol=bound)


def some_mask(norm):
    """Unequal counts of the features; of at least two values each."""
    counted = np.random.default_rng(7).uniform(size=(8, *POSITIONS, FEATURES)) < 0.8
    return jnp.asarray(counted) if norm != "instance" else jnp.asarray(counted).at[:, 0, :].set(True)


@pytest.mark.parametrize("masked", [False, True])
@every_pair
def test_values_gradients_and_state_are_those_of_one_after_the_other(norm, order, act, masked):
    with jax.enable_x64(True):
        used, mask = made(norm), some_mask(norm) if masked else None
        rule, plain = the_two(used, order, act, mask)
        (x, *rest), cotangent = drawn(used, act, 8, *POSITIONS)
        if mask is not None:
            x = jnp.where(mask, x, jnp.nan)
        ours, theirs = (jax.jit(functools.partial(results, fn)) for fn in (rule, plain))
        assert_results_close(ours((x, *rest), cotangent), theirs((x, *rest), cotangent))


@pytest.mark.parametrize("norm", ["batch", "group", "layer", "ghost_batch", "mean_only_batch"])
def test_without_positions(norm):
    with jax.enable_x64(True):
        used = made(norm)
        at, cotangent = drawn(used, "tanh", 8)
        ours, theirs = (results(fn, at, cotangent) for fn in the_two(used, "before", "tanh"))
        assert_results_close(ours, theirs)


@pytest.mark.parametrize("norm, order", [(norm, order) for norm in fused_norms() for order in ORDERS])
def test_gradients_and_theirs_are_those_of_finite_differences(norm, order):
    with jax.enable_x64(True):
        used, mask = made(norm), some_mask(norm)
        rule, _ = the_two(used, order, "mish", mask)
        at, cotangent = drawn(used, "mish", 8, *POSITIONS)
        flat, unravel = jax.flatten_util.ravel_pytree(at)
        along = np.random.default_rng(2).normal(size=flat.shape)

        def value(flat):
            return jnp.sum(cotangent * rule(*unravel(flat))[0])

        gradient = jax.jit(jax.grad(value))
        change = directional_derivative(jax.jit(value), flat, along)
        np.testing.assert_allclose(np.vdot(gradient(flat), along), change, rtol=BOUND.gradient)
        truth = directional_derivative(gradient, flat, along)
        for twice in (jax.vjp(gradient, flat)[1](along)[0], jax.jvp(gradient, (flat,), (along,))[1]):
            assert_close(twice, truth, BOUND.gradient)
        assert not np.allclose(1.01 * truth, truth, rtol=BOUND.gradient, atol=BOUND.gradient)


def spoiled(change):
    """The rule's own backward step, with its three gradients changed."""
    right = fixed.gradient_through
    return lambda *arguments: change(*right(*arguments))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda du, dscale, dbias: (1.01 * du, dscale, dbias),
        lambda du, dscale, dbias: (0 * du, dscale, dbias),
        lambda du, dscale, dbias: (jnp.roll(du, 1, 0), dscale, dbias),
        lambda du, dscale, dbias: (du, 1.01 * dscale, dbias),
        lambda du, dscale, dbias: (du, dscale, -dbias),
    ],
)
@pytest.mark.parametrize("norm", ["batch", "group", "instance"])
def test_a_wrong_gradient_is_caught(norm, wrong, monkeypatch):
    with jax.enable_x64(True):
        used = made(norm)
        rule, plain = the_two(used, "before", "tanh")
        at, cotangent = drawn(used, "tanh", 8, *POSITIONS)
        expected = results(plain, at, cotangent)
        monkeypatch.setattr(fixed, "gradient_through", spoiled(wrong))
        with pytest.raises(AssertionError, match="Not equal to tolerance"):
            assert_results_close(results(rule, at, cotangent), expected)


def sizes_of_residuals(fn, at):
    """How many arrays of each size the backward pass keeps."""
    return Counter(leaf.size for leaf in jax.tree.leaves(jax.vjp(fn, *at, has_aux=True)[1]))


@pytest.mark.parametrize("norm, order", [(norm, order) for norm in fused_norms() for order in ORDERS])
def test_one_tensor_is_kept_whatever_the_activation(norm, order):
    used, mask = made(norm), jnp.arange(8).reshape(8, 1, 1, 1) < 7
    for act in ACTS:
        at, _ = drawn(used, act, 8, *POSITIONS)
        rule, plain = the_two(used, order, act, mask)
        kept, plainly = (sizes_of_residuals(fn, at) for fn in (rule, plain))
        assert kept[at[0].size] == 1
        assert sum(size * number for size, number in kept.items()) < 2 * at[0].size
    assert plainly[at[0].size] > 1


@pytest.mark.parametrize("dtype", [jnp.float16, jnp.bfloat16])
@pytest.mark.parametrize("norm, order", [("group", "before"), ("ghost_batch", "after"), ("batch", "before")])
def test_half_precision_is_float32_rounded_once(norm, order, dtype):
    used = made(norm)
    rule, _ = the_two(used, order, "mish", some_mask(norm))
    (x, *rest), cotangent = drawn(used, "mish", 8, *POSITIONS, mean=3.0)
    narrow, wide = (
        results(rule, (x.astype(dtype).astype(kind), *rest), cotangent.astype(dtype).astype(kind))
        for kind in (dtype, jnp.float32)
    )
    assert narrow[0].dtype == narrow[1][0].dtype == dtype
    jax.tree.map(lambda a, b: np.testing.assert_array_equal(a, b.astype(a.dtype)), narrow, wide)


DIVIDED = ("batch", "mean_only_batch")


@pytest.mark.parametrize("norm, order", [(norm, order) for norm in DIVIDED for order in ORDERS])
def test_microbatches_of_a_mapped_axis_are_one_batch(norm, order):
    used, mask = made(norm), some_mask(norm)
    at, cotangent = drawn(used, "prelu", 8, *POSITIONS, mean=100.0)
    expected = results(the_two(used, order, "prelu", mask)[0], at, cotangent)

    def divided(x, params, learned):
        def member(x, mask):
            rule, _ = the_two(used, order, "prelu", mask, "parts")
            return rule(x, params, learned)

        parts = (each.reshape(4, 2, *x.shape[1:]) for each in (x, mask))
        y, state = jax.vmap(member, axis_name="parts")(*parts)
        return y.reshape(x.shape), jax.tree.map(lambda leaf: leaf[0], state)

    assert_results_close(jax.jit(functools.partial(results, divided))(at, cotangent), expected, 1e-4)


@pytest.mark.parametrize(
    "axis_type, check_vma", [(AxisType.Auto, True), (AxisType.Auto, False), (AxisType.Explicit, True)]
)
@pytest.mark.parametrize("norm, order", [("batch", "before"), ("mean_only_batch", "after")])
def test_divided_over_devices_is_one_batch(norm, order, axis_type, check_vma):
    used, mask = made(norm), some_mask(norm)
    at, cotangent = drawn(used, "prelu", 8, *POSITIONS)
    expected = results(the_two(used, order, "prelu", mask)[0], at, cotangent)
    mesh = jax.make_mesh((8,), ("devices",), axis_types=(axis_type,))

    def member(x, mask, params, learned):
        return the_two(used, order, "prelu", mask, "devices")[0](x, params, learned)

    split, whole = PartitionSpec("devices"), PartitionSpec()
    specs = {"in_specs": (split, split, whole, whole), "out_specs": (split, whole), "check_vma": check_vma}

    @jax.jit
    def together(x, rest, mask, cotangent):
        def divided(x, params, learned):
            return jax.shard_map(member, mesh=mesh, **specs)(x, mask, params, learned)

        return results(divided, (x, *rest), cotangent)

    with jax.set_mesh(mesh):
        placed = NamedSharding(mesh, split)
        x, counted, pulled = (jax.device_put(each, placed) for each in (at[0], mask, cotangent))
        found = together(x, at[1:], counted, pulled)
    assert_results_close(jax.device_get(found), jax.device_get(expected), 1e-4)


def test_in_a_scan_and_rematerialized():
    used = made("group")
    rule, _ = the_two(used, "before", "tanh")
    (x, *rest), _ = drawn(used, "tanh", 8, *POSITIONS)

    def looped(x, *rest):
        step = jax.checkpoint(lambda carry, _: (rule(carry, *rest)[0], None))
        return jnp.sum(jnp.sin(jax.lax.scan(step, x, None, length=3)[0]))

    def unrolled(x, *rest):
        for _ in range(3):
            x = rule(x, *rest)[0]
        return jnp.sum(jnp.sin(x))

    one, other = (jax.jit(jax.grad(fn, argnums=(0, 1)))(x, *rest) for fn in (looped, unrolled))
    assert_results_close((*one, ()), (*other, ()), 1e-4)


def test_a_norm_made_by_hand_and_one_without_parameters():
    for norm in (group_norm(groups=3, epsilon=0.1), group_norm(groups=3, use_scale=False, use_bias=False)):
        at, cotangent = drawn(norm, "tanh", 8, *POSITIONS)
        ours, theirs = (results(fn, at, cotangent) for fn in the_two(norm, "before", "tanh"))
        assert_results_close(ours, theirs, 1e-4)


def test_the_registry_says_which_norms_these_are():
    assert set(fused_norms()) >= {"none", "batch", "ghost_batch", "layer", "rms", "group", "instance"}
    assert all(NORMALIZATIONS[name]().standardizes is None for name in {*NORMALIZATIONS} - {*fused_norms()})
    assert remembers("ghost_batch")
