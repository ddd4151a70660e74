"""Modules taken apart and called as pure functions."""

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from bnact import nn


def counter():
    module = nn.NormAct(3, momentum=0.5)
    return module, jnp.asarray(np.random.default_rng(0).normal(size=(5, 3)), jnp.float32)


def test_params_are_what_is_trained_and_state_the_rest():
    parts = nn.pure(counter()[0])
    assert [leaf.shape for leaf in jax.tree.leaves(parts.params)] == [(3,), (3,)]
    assert [leaf.shape for leaf in jax.tree.leaves(parts.state)] == [(3,), (3,), (), (3,)]
    assert isinstance(hash(parts.graph), int)


def test_a_call_changes_its_own_copy_alone():
    module, x = counter()
    parts = nn.pure(module)
    y, after = nn.result_and_parts(parts, lambda module: module(x))
    again, _ = nn.result_and_parts(parts, lambda module: module(x))
    np.testing.assert_array_equal(y, again)
    assert nnx.merge(*after).state.get_value().count == 1
    assert nnx.merge(*parts).state.get_value().count == 0
    assert module.state.get_value().count == 0


def test_a_call_may_stand_in_grad_scan_and_vmap():
    module, x = counter()
    graph, params, state = nn.pure(module)

    def loss(params, state):
        y, after = nn.result_and_parts(nn.Pure(graph, params, state), lambda module: module(x))
        return jnp.sum(y**2), after.state

    def step(state, _):
        gradient, state = jax.grad(loss, has_aux=True)(params, state)
        return state, gradient

    state, gradients = jax.jit(lambda state: jax.lax.scan(step, state, None, length=3))(state)
    assert nnx.merge(graph, params, state).state.get_value().count == 3
    scale, bias = jax.tree.leaves(gradients)
    assert np.any(scale != 0)
    assert np.any(bias != 0)
    doubled = jax.tree.map(lambda leaf: jnp.stack([leaf, 2 * leaf]), params)
    y = jax.vmap(
        lambda params: nn.result_and_parts(nn.Pure(graph, params, state), lambda module: module(x))[0]
    )(doubled)
    np.testing.assert_allclose(y[1], 2 * y[0], rtol=1e-5, atol=1e-6)


def test_a_fresh_module_is_determined_by_its_key(key):
    def make(rngs):
        return nnx.Linear(3, 2, rngs=rngs)

    one, same, other = (nn.fresh(make, key).params for key in (key, key, jax.random.key(1)))
    jax.tree.map(np.testing.assert_array_equal, one, same)
    assert np.any(one["kernel"][...] != other["kernel"][...])
