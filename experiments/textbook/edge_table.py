"""A gradient graph as a table: one line for each edge."""

import numpy as np

from bnact.gradient_graph import GradientGraph
from bnact.studies.claim import Table
from bnact.studies.report.wording import significant

from .examples import EXAMPLES, graph_of

COLUMNS = ("edge", "from → to", "value", "upstream", "local derivative", "gradient")

FEW = 4
"""Numbers that an array is shown by; of a larger one its shape is."""


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
    sentences = []
    for node in graph.nodes:
        leaving = [edge for edge in graph.edges if edge.source == node.name]
        if len(leaving) > 1 and node.gradient is not None:
            parts = " + ".join(
                f"({shown(edge.gradient)})" if node.gradient.ndim == 0 else edge.name for edge in leaving
            )
            sentences.append(f"{node.name} is used {len(leaving)} times: {parts} = {shown(node.gradient)}.")
    return tuple(sentences)


def shown(array: np.ndarray) -> str:
    """A number, a few numbers, or a shape: "−10", "(−2, −10, −16)", "2 × 3"."""
    if array.ndim == 0:
        return significant(float(array), 4)
    if array.ndim == 1 and array.size <= FEW:
        return f"({', '.join(significant(float(each)) for each in array)})"
    return shape_in_words(array.shape)


def shape_in_words(shape: tuple[int, ...]) -> str:
    """The lengths of an array's axes, "2 × 3"; "number" where it has none."""
    return " × ".join(map(str, shape)) if shape else "number"
