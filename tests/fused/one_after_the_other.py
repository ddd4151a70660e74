"""A pair by the rule for every norm, and by its norm and activation one after the other."""

import functools

import jax
import jax.numpy as jnp
import numpy as np

from bnact import activations
from bnact.activations import LEARNABLE, Activation
from bnact.fused import output_and_state
from bnact.normalizations.standardize import behind_mask_zero
from bnact.numerics import full_mask, tolerance
from tests.fused.references import assert_close
from tests.normalizations.every_norm import FEATURES

BOUND = tolerance("float64")
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
