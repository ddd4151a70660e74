"""Where the values of a small graph stand on paper: inputs above, what is made of them below."""

from collections.abc import Mapping
from typing import NamedTuple

from bnact.gradient_graph import GradientGraph, Node


class Place(NamedTuple):
    """Columns from the left, and rows above the output."""

    column: float
    row: int


def places_of(graph: GradientGraph) -> Mapping[str, Place]:
    """A place for each value, by name: above all that is made from it, and between what it is made of.

    Args:
      graph: small, and nearly a tree.

    Returns:
      No two values have the same place.
    """
    nodes = {node.name: node for node in graph.nodes}
    rows = _rows(graph, nodes)
    columns: dict[str, float] = {}

    def column_of(name: str) -> float:
        if name not in columns:
            # Set before its operands, so that a value used twice has a place of its own.
            operands = tuple(dict.fromkeys(nodes[name].operands))
            new = [each for each in operands if each not in columns]
            found = [column_of(each) for each in new]
            columns[name] = sum(found) / len(found) if found else float(_leaves(columns, nodes))
        return columns[name]

    column_of(graph.output)
    return {name: Place(column, rows[name]) for name, column in columns.items()}


def _leaves(columns: Mapping[str, float], nodes: Mapping[str, Node]) -> int:
    return sum(not nodes[name].operands for name in columns)


def _rows(graph: GradientGraph, nodes: Mapping[str, Node]) -> Mapping[str, int]:
    """The longest way from each value to the output."""
    rows = {graph.output: 0}
    for node in reversed(graph.nodes):
        for operand in node.operands if node.name in rows else ():
            rows[operand] = max(rows.get(operand, 0), rows[node.name] + 1)
    return {name: row for name, row in rows.items() if name in nodes}
