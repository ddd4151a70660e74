"""The edges by which a gradient reaches an input."""

from collections import Counter
from collections.abc import Sequence

from bnact.gradient_graph import Edge, GradientGraph


def path_of(graph: GradientGraph, name: str) -> tuple[Edge, ...]:
    """Every edge on a way from an input to the output, in the order of the forward pass, each once.

    Args:
      graph: the graph.
      name: of an input.

    Returns:
      The edges: where the input is used twice, those of both ways.
    """
    reached, found = {name}, []
    for edge in graph.edges:
        if edge.source in reached:
            reached.add(edge.target)
            found.append(edge)
    return tuple(found)


def shared_path(graph: GradientGraph, names: Sequence[str]) -> tuple[Edge, ...]:
    """The edges on the ways of all these inputs."""
    paths = [{edge.name for edge in path_of(graph, name)} for name in names]
    common = set.intersection(*paths)
    return tuple(edge for edge in graph.edges if edge.name in common)


def forms_a_tree(graph: GradientGraph) -> bool:
    """Whether one edge leaves every value but the output, and none leaves that, which is then the root."""
    leaving = Counter(edge.source for edge in graph.edges)
    values = {edge.source for edge in graph.edges} | {edge.target for edge in graph.edges}
    return all(leaving[value] == (value != graph.output) for value in values)
