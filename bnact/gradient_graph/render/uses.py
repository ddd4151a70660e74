"""Which edges leave a node: the contributions to its gradient."""

from collections.abc import Iterable, Mapping

from bnact.gradient_graph.graph import Edge, GradientGraph

from .numbers import number_text

# The most contributions that are written as a sum.
_TERMS = 8


def edges_from(graph: GradientGraph) -> Mapping[str, tuple[Edge, ...]]:
    """By the name of a node the edges that leave it, in the order of the backward pass."""
    found: dict[str, list[Edge]] = {}
    for edge in reversed(graph.edges):
        found.setdefault(edge.source, []).append(edge)
    return {name: tuple(edges) for name, edges in found.items()}


def operands_without_gradient(graph: GradientGraph) -> Iterable[tuple[str, str]]:
    """The (operand, node) pairs between which no gradient goes, each once."""
    carried = {(edge.source, edge.target, edge.operand) for edge in graph.edges}
    seen = {
        (operand, node.name): None
        for node in graph.nodes
        for place, operand in enumerate(node.operands)
        if (operand, node.name, place) not in carried
    }
    return seen.keys()


def sum_text(edges: tuple[Edge, ...]) -> str:
    """What edges bring to one number, "-10 + 4 - 1"; of arrays the edges, "e7 + e3 + e1"."""
    left = len(edges) - _TERMS
    more = f" + {left} more" if left > 0 else ""
    if edges[0].gradient.ndim:
        return " + ".join(edge.name for edge in edges[:_TERMS]) + more
    terms = [number_text(edge.gradient) for edge in edges[:_TERMS]]
    signed = terms[0] + "".join(f" - {t[1:]}" if t.startswith("-") else f" + {t}" for t in terms[1:])
    return signed + more
