"""A gradient graph as a table: one line for each edge."""

import numpy as np

from bnact.gradient_graph import Edge, GradientGraph
from bnact.gradient_graph.render import arithmetic_of, edges_from, shape_text, sum_text
from bnact.gradient_graph.render.numbers import FEW, nested_text
from bnact.studies.claim import Table
from bnact.studies.report.wording import MINUS

from .examples import EXAMPLES, graph_of

COLUMNS = ("edge", "from → to", "value", "upstream", "local derivative", "gradient")

DIGITS, DIGITS_OF_MANY = 4, 3
"""Significant digits of a number that stands alone, and of each in an array."""


def edge_table(name: str) -> Table:
    """The graph of an example, edge by edge, in the order of the backward pass.

    Args:
      name: of one of `EXAMPLES`.

    Returns:
      The table; below it the sums of what is used twice.
    """
    graph = graph_of(name)
    rows = tuple(
        (
            edge.name,
            f"{edge.source} → {edge.target}",
            shown(edge.value),
            shown(edge.upstream),
            "not written out" if edge.local is None else shown(edge.local),
            shown(edge.gradient),
        )
        for edge in reversed(graph.edges)
    )
    note = "Gradient = upstream × local derivative, summed over the elements of the value it leads to."
    return Table(
        f"{EXAMPLES[name].title}: backwards, edge by edge", COLUMNS, rows, (note, *sums_in_words(graph))
    )


def sums_in_words(graph: GradientGraph) -> tuple[str, ...]:
    """A sentence for each value that several edges leave: their gradients, and the sum."""
    gradients = {node.name: node.gradient for node in graph.nodes if node.gradient is not None}
    return tuple(
        f"{name} is used {len(edges)} times: {typeset(sum_text(edges))} = {shown(gradients[name])}."
        for name, edges in edges_from(graph).items()
        if len(edges) > 1 and name in gradients
    )


def shown(array: np.ndarray) -> str:
    """A number, a few numbers, or a shape: "−10", "[−2, −10, −16]", "(2, 3)"."""
    if array.ndim > 1 or array.size > FEW:
        return shape_text(array.shape)
    return typeset(nested_text(array, DIGITS_OF_MANY if array.ndim else DIGITS))


def arithmetic(edge: Edge) -> str:
    """An edge's arithmetic, "−10 × 2 = −20"; of arrays the shape of the local derivative."""
    shape = (*edge.upstream.shape, *edge.value.shape)
    return typeset(arithmetic_of(edge, "×", DIGITS) or f"Jacobian {shape_text(shape)}")


def typeset(text: str) -> str:
    """Numbers as text, with a minus in the place of each hyphen."""
    return text.replace("-", MINUS)
