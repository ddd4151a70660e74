"""What must hold of the records of every graph, whatever was traced."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from bnact.gradient_graph import GradientGraph, trace
from bnact.gradient_graph.graph import CONSTANT, INPUT

BOUND = 1e-10


def close(actual: Any, expected: Any, what: str) -> None:
    """Asserts equality to the bound, relative to the largest element."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.shape == expected.shape, f"{what}: {actual.shape} instead of {expected.shape}"
    unit = max(1.0, float(np.max(np.abs(expected), initial=0.0)))
    np.testing.assert_allclose(actual, expected, rtol=0.0, atol=BOUND * unit, err_msg=what)


def summed_edges(graph: GradientGraph) -> dict[str, np.ndarray]:
    """The sum of the edges that leave a node, by its name; of the output's node 1 besides, if it follows."""
    sums = {node.name: np.zeros(node.value.shape) for node in graph.nodes}
    if {node.name: node for node in graph.nodes}[graph.output].gradient is not None:
        sums[graph.output] = np.ones(())
    for edge in graph.edges:
        sums[edge.source] = sums[edge.source] + edge.gradient
    return sums


def assert_whole(graph: GradientGraph) -> None:
    """Asserts that names and records fit together, and that every number is made of those beside it."""
    nodes = {node.name: node for node in graph.nodes}
    assert len(nodes) == len(graph.nodes)
    assert [edge.name for edge in graph.edges] == [f"e{n}" for n in range(1, len(graph.edges) + 1)]
    seen = set()
    for node in graph.nodes:
        assert set(node.operands) <= seen, f"{node.name} comes before what it is made from"
        assert not (node.operands and node.operation in (INPUT, CONSTANT))
        seen.add(node.name)
    order = [list(nodes).index(edge.target) for edge in graph.edges]
    assert order == sorted(order)
    for edge in graph.edges:
        _assert_edge(edge, nodes)
    sums = summed_edges(graph)
    for node in graph.nodes:
        if node.gradient is None:
            assert all(edge.source != node.name for edge in graph.edges), f"no edge leaves {node.name}"
        else:
            close(node.gradient, sums[node.name], node.name)
    np.testing.assert_array_equal(graph.value, nodes[graph.output].value)


def _assert_edge(edge: Any, nodes: dict[str, Any]) -> None:
    source, target = nodes[edge.source], nodes[edge.target]
    assert target.operands[edge.operand] == edge.source
    np.testing.assert_array_equal(edge.value, source.value)
    np.testing.assert_array_equal(edge.upstream, target.gradient)
    assert edge.gradient.shape == source.value.shape
    if edge.local is None:
        either_is_complex = np.iscomplexobj(source.value) or np.iscomplexobj(target.value)
        assert source.value.size * target.value.size > 4096 or either_is_complex
    else:
        assert edge.local.shape == (*target.value.shape, *source.value.shape)
        product = np.tensordot(edge.upstream, edge.local, edge.upstream.ndim)
        close(edge.gradient, product, f"{edge.name}: upstream times local")


def graph_against_grad(fn: Callable[..., Any], *args: Any, **options: Any) -> GradientGraph:
    """The graph, after its records are checked and its gradients compared with `jax.grad`'s."""
    graph = trace(fn, *args, **options)
    assert_whole(graph)
    places = tuple(range(len(args)))
    value, gradients = jax.jit(jax.value_and_grad(fn, places, allow_int=True))(*args)
    close(graph.value, value, "value")
    expected = [leaf for leaf in jax.tree.leaves(gradients) if leaf.dtype != jax.dtypes.float0]
    assert len(graph.gradients) == len(expected)
    sums = summed_edges(graph)
    for (name, gradient), leaf in zip(graph.gradients.items(), expected, strict=True):
        close(gradient, leaf, name)
        close(sums[name], leaf, f"sum of the edges of {name}")
    return graph
