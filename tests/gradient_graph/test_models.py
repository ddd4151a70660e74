"""Models of flax, equinox and haiku, and our own, as the functions they are."""

import importlib
from typing import Any

import flax.linen
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact.gradient_graph import trace
from bnact.nn import MLP, NormAct
from tests.convert.sides import needs, permissive
from tests.gradient_graph.records import graph_against_grad

X = np.random.default_rng(0).normal(size=(4, 3))


class Network(nnx.Module):
    """A dense layer with everything around it that remembers or draws."""

    def __init__(self, rngs):
        self.dense = nnx.Linear(3, 2, param_dtype=jnp.float64, rngs=rngs)
        self.norm = nnx.BatchNorm(2, param_dtype=jnp.float64, rngs=rngs)
        self.drop = nnx.Dropout(0.5, rngs=rngs)

    def __call__(self, x):
        hidden = nnx.relu(self.norm(self.dense(x)))
        return self.drop(hidden)


def graph_of_nnx(model, x):
    structure, params, rest = nnx.split(model, nnx.Param, ...)
    # flax keeps the averages in 32 bits.
    rest = jax.tree.map(lambda leaf: leaf.astype(np.float64) if leaf.dtype == np.float32 else leaf, rest)

    def loss(params, x):
        return jnp.mean(nnx.merge(structure, params, rest, copy=True)(x) ** 2)

    with permissive():
        return graph_against_grad(loss, params, x)


@pytest.mark.slow
def test_flax_nnx_with_batch_norm_and_dropout():
    with jax.enable_x64(True), permissive():
        graph = graph_of_nnx(Network(nnx.Rngs(0)), X)
    kernel = next(name for name in graph.gradients if "kernel" in name)
    assert kernel.startswith("params")
    assert np.any(graph.gradients[kernel] != 0.0)
    scopes = {part for node in graph.nodes for part in node.scope}
    assert any("__call__" in part for part in scopes)


def test_a_module_is_an_argument_like_any_tree():
    model = nnx.Linear(3, 2, rngs=nnx.Rngs(0))
    graph = trace(lambda model, x: jnp.sum(model(x)), model, X.astype(np.float32))
    kernel = next(name for name in graph.gradients if "kernel" in name)
    assert kernel.startswith("model")
    np.testing.assert_allclose(graph.gradients[kernel], np.repeat(X.sum(0)[:, None], 2, 1), rtol=1e-4)
    assert type(graph.step(0.1)[0]) is nnx.Linear


@pytest.mark.slow
def test_flax_linen():
    class Net(flax.linen.Module):
        @flax.linen.compact
        def __call__(self, x):
            x = flax.linen.Dense(2, param_dtype=jnp.float64)(x)
            return flax.linen.LayerNorm(param_dtype=jnp.float64)(nnx.tanh(x))

    with jax.enable_x64(True), permissive():
        params = Net().init(jax.random.key(0), X)
        graph = graph_against_grad(
            lambda params, x: jnp.sum(jnp.asarray(Net().apply(params, x)) ** 3), params, X
        )
    assert "params['params']['Dense_0']['kernel']" in graph.inputs
    assert any("Dense_0" in node.scope for node in graph.nodes)


@needs("equinox")
def test_equinox():
    equinox: Any = importlib.import_module("equinox")
    with jax.enable_x64(True), permissive():
        model = equinox.nn.MLP(3, 1, 4, 1, key=jax.random.key(0))

        def loss(model, x):
            return jnp.mean(jax.vmap(model)(x) ** 2)

        graph = trace(loss, model, X)
        expected = equinox.filter_grad(loss)(model, X)
    for gradient, leaf in zip(list(graph.gradients.values())[:-1], jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(gradient, leaf, rtol=0, atol=1e-10)
    assert "model.layers[0].weight" in graph.inputs
    assert type(graph.step(0.1)[0]) is type(model)


@pytest.mark.slow
@needs("haiku")
def test_haiku():
    haiku: Any = importlib.import_module("haiku")
    with jax.enable_x64(True), permissive():
        network = haiku.without_apply_rng(haiku.transform(lambda x: haiku.nets.MLP([4, 1])(x)))
        params = network.init(jax.random.key(0), X)
        graph = graph_against_grad(lambda params, x: jnp.mean(network.apply(params, x) ** 2), params, X)
    assert any("linear_0" in name for name in graph.inputs)


@pytest.mark.slow
def test_our_norm_and_activation():
    with jax.enable_x64(True):
        graph_of_nnx(NormAct(3, norm="batch", activation="gelu", param_dtype=jnp.float64), X)


@pytest.mark.slow
def test_our_perceptron():
    with jax.enable_x64(True):
        model = MLP(3, 2, width=4, depth=3, norm="layer", param_dtype=jnp.float64, rngs=nnx.Rngs(0))
        graph = graph_of_nnx(model, X)
    assert any(node.operation == "scan" for node in graph.nodes)
