"""What the page knows of a graph: plain lists and words, ready for JSON."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from bnact.gradient_graph.graph import CONSTANT, Edge, GradientGraph, Node

from .formula import formula_of, is_number
from .local import Local, arithmetic_of, local_of
from .numbers import number_text, rms_text, shape_text, statistics_of
from .scopes import groups_of
from .uses import edges_from, operands_without_gradient, sum_text

EMBEDDED = 64
"""Of a larger array the page has shape and statistics only."""

JACOBIAN_ROWS = 8
"""Local Jacobians of up to so many rows and columns are on the page."""

# Of an edge between alike arrays, so many products of single numbers are shown.
_PRODUCTS = 8


def page_data(graph: GradientGraph) -> dict[str, Any]:
    """The graph as dicts, lists and text; constants of one number are in the formulas and not among nodes.

    Args:
      graph: as `trace` returns it.

    Returns:
      output; nodes; edges in the order of the backward pass; plain, the links without a gradient; groups.
      Nodes, also the output, and groups are referred to by their numbers. Numbers are text, so NaN and
      infinity are valid.
    """
    groups = groups_of(graph.nodes)
    drawn = [
        place for place, node in enumerate(graph.nodes) if not is_number(node) or node.name == graph.output
    ]
    numbers = {graph.nodes[place].name: number for number, place in enumerate(drawn)}
    nodes, leaving = {node.name: node for node in graph.nodes}, edges_from(graph)
    plain = [pair for pair in operands_without_gradient(graph) if pair[0] in numbers]
    return {
        "output": numbers[graph.output],
        "nodes": [
            _node(graph.nodes[place], nodes, groups.of_nodes[place], leaving.get(graph.nodes[place].name, ()))
            for place in drawn
        ],
        "edges": [_edge(edge, numbers) for edge in reversed(graph.edges)],
        "plain": [[numbers[source], numbers[target]] for source, target in plain],
        "groups": [{"name": group.name, "parent": group.parent} for group in groups.groups],
    }


def _node(
    node: Node, nodes: Mapping[str, Node], group: int | None, leaving: tuple[Edge, ...]
) -> dict[str, Any]:
    found = {
        "name": node.name,
        "formula": formula_of(node, nodes),
        "operation": node.operation,
        "constant": node.operation == CONSTANT,
        "group": group,
        "source": node.source,
        "value": _array(node.value),
    }
    if node.gradient is not None:
        found["gradient"] = _array(node.gradient)
        found["sum"] = _minus(sum_text(leaving)) if leaving else ""
    return found


def _edge(edge: Edge, numbers: Mapping[str, int]) -> dict[str, Any]:
    local = local_of(edge)
    return {
        "name": edge.name,
        "source": numbers[edge.source],
        "target": numbers[edge.target],
        "arithmetic": _minus(arithmetic_of(edge, "×")),
        "products": _products(edge, local),
        "upstream": _array(edge.upstream),
        "local": _local(local),
        "gradient": _array(edge.gradient),
    }


def _array(array: np.ndarray) -> dict[str, Any]:
    if array.ndim == 0:
        return {"text": _minus(number_text(array)), "short": _minus(number_text(array, 4))}
    shape = shape_text(array.shape)
    found = {
        "text": shape,
        "shape": shape,
        "rms": _minus(rms_text(array)),
        "statistics": {name: _minus(text) for name, text in statistics_of(array).items()},
    }
    if 0 < array.size <= EMBEDDED:
        found["rows"] = _rows(array.reshape(-1, array.shape[-1]))
    return found


def _local(local: Local) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": local.kind, "shape": f"{local.rows}×{local.columns}"}
    entries = local.entries
    if entries is None:
        return found
    found["rms"] = _minus(rms_text(entries))
    if entries.ndim == 0:
        found["number"] = _minus(number_text(entries, 5))
    elif max(local.rows, local.columns) <= JACOBIAN_ROWS:
        found["rows"] = _rows(np.diag(entries) if local.kind == "diagonal" else entries)
    elif local.kind == "diagonal" and entries.size <= EMBEDDED:
        found["diagonal"] = _rows(entries.reshape(1, -1))[0]
    return found


def _products(edge: Edge, local: Local) -> list[str]:
    """Where every number of the target has one of the source, the first few products."""
    if local.entries is None or local.kind not in ("multiple", "diagonal"):
        return []
    factors = np.broadcast_to(local.entries, (local.rows,))
    rows = zip(edge.upstream.flat, factors, edge.gradient.flat, strict=True)
    first = [row for row, _ in zip(rows, range(_PRODUCTS), strict=False)]
    return [_minus(f"{number_text(u, 4)} × {number_text(f, 4)} = {number_text(g, 4)}") for u, f, g in first]


def _rows(matrix: np.ndarray) -> list[list[str]]:
    return [[_minus(number_text(number, 4)) for number in row] for row in matrix]


def _minus(text: str) -> str:
    """Typeset: a minus, not a hyphen."""
    return text.replace("-", "−")
