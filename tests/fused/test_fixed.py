"""The rule for every norm that standardizes by its own statistics, beside the two one after the other."""

import functools
from collections import Counter

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

from bnact.fused import fixed, fused_norms
from bnact.numerics import directional_derivative
from tests.fused.one_after_the_other import (
    BOUND,
    POSITIONS,
    assert_results_close,
    drawn,
    results,
    some_mask,
    the_two,
)
from tests.fused.references import ORDERS, assert_close
from tests.normalizations.every_norm import made

ACTS = ("tanh", "mish", "prelu")
PAIRS = [(norm, order, act) for norm in fused_norms() for order in ORDERS for act in ACTS]
every_pair = pytest.mark.parametrize("norm, order, act", PAIRS)


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
        flat, unravel = ravel_pytree(at)
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
        # The twin: one after the other, and an activation whose slope is of several values, keep more.
        assert act != "mish" or plainly[at[0].size] > 1


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
