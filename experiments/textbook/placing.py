"""Where the values of a small graph stand on paper: inputs above, what is made of them below."""

import itertools
from collections.abc import Mapping
from typing import NamedTuple

from bnact.gradient_graph import GradientGraph


class Place(NamedTuple):
    """Columns from the left, and rows above the output."""

    column: float
    row: int


def places_of(graph: GradientGraph) -> Mapping[str, Place]:
    """A place for each value, by name: above all that is made from it, and between what it is made of.

    Args:
      small; lines cross where it is no tree.

    Returns:
      No two values have the same place.
    """
    rows, columns = _rows(graph), _columns(graph)
    return {name: Place(column, rows[name]) for name, column in columns.items()}


def _columns(graph: GradientGraph) -> Mapping[str, float]:
    operands = {node.name: tuple(dict.fromkeys(node.operands)) for node in graph.nodes}
    columns: dict[str, float] = {}
    new = itertools.count()

    def place(name: str) -> float:
        # What is used twice stands above its first use. A value all of whose operands stand elsewhere gets a
        # new column, as one without operands does: so values side by side are over columns of their own.
        above = [place(operand) for operand in operands[name] if operand not in columns]
        columns[name] = sum(above) / len(above) if above else float(next(new))
        return columns[name]

    place(graph.output)
    return columns


def _rows(graph: GradientGraph) -> Mapping[str, int]:
    """The longest way from each value to the output."""
    rows = {graph.output: 0}
    for node in reversed(graph.nodes):
        for operand in node.operands:
            rows[operand] = max(rows.get(operand, 0), rows[node.name] + 1)
    return rows
