"""The records of a graph: what they are, that they fit together, and that a wrong one is found."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.gradient_graph import trace
from tests.gradient_graph.records import assert_whole, summed_edges


@pytest.fixture(scope="module")
def graph():
    return trace(lambda x: jnp.sum(jnp.tanh(x) * x), jnp.linspace(0.1, 1.0, 3))


def test_the_records_are_numpy_arrays():
    graph = trace(lambda x: jnp.sum(jnp.tanh(x)), jnp.ones(2))
    for node in graph.nodes:
        assert type(node.value) is np.ndarray
    for edge in graph.edges:
        assert {type(edge.value), type(edge.local), type(edge.upstream), type(edge.gradient)} == {np.ndarray}
    assert type(graph.value) is type(graph.gradients["x"]) is type(graph.inputs["x"]) is np.ndarray


def test_the_records_cannot_be_set(graph):
    for record in (graph, graph.nodes[0], graph.edges[0]):
        with pytest.raises(dataclasses.FrozenInstanceError):
            record.name = "other"


def test_a_mutated_graph_fails_the_sum_of_edges():
    with jax.enable_x64(True):
        graph = trace(lambda x: jnp.sum(jnp.tanh(x) * x), jnp.linspace(0.1, 1.0, 3))
    assert_whole(graph)
    for number, edge in enumerate(graph.edges):
        wrong = dataclasses.replace(edge, gradient=edge.gradient * 1.01)
        edges = (*graph.edges[:number], wrong, *graph.edges[number + 1 :])
        mutated = dataclasses.replace(graph, edges=edges)
        with pytest.raises(AssertionError, match="upstream times local"):
            assert_whole(mutated)
        with pytest.raises(AssertionError):
            assert_whole(
                dataclasses.replace(graph, edges=(*graph.edges[:number], *graph.edges[number + 1 :]))
            )


def test_the_sums_of_the_edges_are_the_gradients_of_all_nodes():
    graph = trace(lambda x: jnp.sum(jnp.sin(x) * jnp.sin(x) + x), jnp.linspace(0.1, 1.0, 3))
    sums = summed_edges(graph)
    for node in graph.nodes:
        if node.gradient is not None:
            np.testing.assert_allclose(sums[node.name], node.gradient, rtol=1e-6)
