"""The edges of a graph sum to what `jax.grad` finds, in float64 to 1e-10, on whatever can be traced."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.activations import ACTIVATIONS
from bnact.fused import norm_act
from bnact.gradient_graph import trace
from bnact.normalizations import NORMALIZATIONS
from tests.gradient_graph.functions import FUNCTIONS, X, branch_in_scan, random_numbers, scanned
from tests.gradient_graph.records import BOUND, graph_against_grad
from tests.normalizations.every_norm import initialized, leading_shape, made

FEATURES = 6
# What one way of writing a computation down shows, others show again; they take long to compile.
BY_DEFAULT = (
    *("multilayer", "cond under vmap", "custom_jvp", "remat", "jit in jit"),
    *("where with a nan branch", "stop_gradient, floor, sign", "empty"),
)
NORMS_BY_DEFAULT = ("none",)


def mostly_slow(names, kept):
    return [name if name in kept else pytest.param(name, marks=pytest.mark.slow) for name in names]


@pytest.mark.parametrize("name", mostly_slow(FUNCTIONS, BY_DEFAULT))
def test_the_edges_sum_to_the_gradient(name):
    fn, *args = FUNCTIONS[name]
    with jax.enable_x64(True):
        graph = graph_against_grad(fn, *args)
    assert np.isfinite(graph.value)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation(name):
    act = ACTIVATIONS[name]
    x = np.array([-4.1, -0.7, 0.3, 1.1, 6.2])
    with jax.enable_x64(True):
        graph_against_grad(lambda x: jnp.sum(act(x) * x), x)


@pytest.mark.parametrize("name", mostly_slow(NORMALIZATIONS, NORMS_BY_DEFAULT))
def test_every_norm_in_training(name):
    norm = made(name)
    x = np.random.default_rng(0).normal(size=(*leading_shape(name, 4), FEATURES))
    with jax.enable_x64(True):
        params, state = jax.tree.map(lambda leaf: leaf.astype(np.float64), initialized(norm))

        def loss(params, x):
            return jnp.sum(norm.apply(params, state, x, train=True)[0] ** 3)

        graph_against_grad(loss, params, x)


@pytest.mark.slow
def test_a_fused_pair():
    x, scale = np.random.default_rng(0).normal(size=(4, FEATURES)), np.linspace(0.5, 1.5, FEATURES)
    with jax.enable_x64(True):
        graph_against_grad(
            lambda *args: jnp.sum(norm_act(*args, activation="gelu")[0] ** 2), x, scale, scale - 1.0
        )


@pytest.mark.parametrize("fn", mostly_slow([scanned, branch_in_scan], []))
def test_a_scan_written_down_step_by_step_has_the_same_gradient(fn):
    with jax.enable_x64(True):
        folded, unfolded = graph_against_grad(fn, X), graph_against_grad(fn, X, unfold=True)
    assert len(unfolded.nodes) > len(folded.nodes)


def halved_until_small(x):
    return jnp.sum(jax.lax.while_loop(lambda c: jnp.sum(c) > 1.0, lambda c: jnp.sin(c) * 0.7, x))


def test_a_while_loop_has_the_gradient_of_its_rounds():
    with jax.enable_x64(True):
        x = jnp.asarray(X)

        def by_hand(x):
            while jnp.sum(x) > 1.0:
                x = jnp.sin(x) * 0.7
            return jnp.sum(x)

        graph = trace(halved_until_small, x)
        np.testing.assert_allclose(graph.gradients["x"], jax.grad(by_hand)(x), rtol=BOUND)


def test_keys_are_inputs_without_a_gradient():
    with jax.enable_x64(True):
        for key in (jax.random.key(3), jax.random.PRNGKey(3)):
            graph = trace(random_numbers, X, key)
            expected = jax.jit(jax.grad(random_numbers))(jnp.asarray(X), key)
            np.testing.assert_allclose(graph.gradients["x"], expected, rtol=BOUND)
            assert list(graph.inputs) == ["x", "key"]
            assert list(graph.gradients) == ["x"]


@pytest.mark.parametrize("dtype", mostly_slow([jnp.float16, jnp.bfloat16], []))
def test_narrow_types_have_the_gradients_of_jax(dtype):
    x = jnp.asarray(X, dtype)

    def loss(x):
        return jnp.mean(jnp.tanh(x @ x.T) ** 2)

    graph = trace(loss, x)
    expected = jax.grad(loss)(x)
    assert graph.gradients["x"].dtype == expected.dtype
    scale = float(jnp.finfo(dtype).eps)
    np.testing.assert_allclose(
        graph.gradients["x"].astype(np.float64),
        np.asarray(expected, np.float64),
        rtol=16 * scale,
        atol=16 * scale,
    )


def test_there_are_at_least_forty_functions():
    assert len(FUNCTIONS) + len(ACTIVATIONS) + len(NORMALIZATIONS) >= 40
    assert set(BY_DEFAULT) <= set(FUNCTIONS)
    assert set(NORMS_BY_DEFAULT) <= set(NORMALIZATIONS)
