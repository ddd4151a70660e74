"""The gradient graph for a terminal."""

from collections.abc import Mapping

from bnact.gradient_graph.graph import Edge, GradientGraph, Node

from .formula import formula_of, is_number
from .local import Local, arithmetic_of, local_numbers, local_of, local_text
from .numbers import FEW, nested_text, shape_text, short_text, statistics_of, value_text
from .table import Row, table_lines
from .uses import edges_from, sum_text

JACOBIAN_ROWS = 4
"""Local Jacobians of up to so many rows and columns are written out."""


def text_of(graph: GradientGraph) -> str:
    """The forward pass, the backward pass, the sums where a value is used more than once, the gradients.

    Args:
      graph: as `trace` returns it.

    Returns:
      Lines of at most 110 columns, but where the numbers alone need more.
    """
    nodes = {node.name: node for node in graph.nodes}
    shown = sum(not is_number(node) for node in graph.nodes)
    counted = f"{_counted(shown, 'value')}, {_counted(len(graph.edges), 'edge')}"
    title = f"{graph.output} = {value_text(graph.value)}, {counted}"
    parts = [
        [title],
        ["Forward", *_forward(graph, nodes)],
        [f"Backward, from {graph.output} to the inputs", *_backward(graph)],
        _sums(graph, nodes),
        ["Gradients of the inputs", *_inputs(graph)],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _forward(graph: GradientGraph, nodes: Mapping[str, Node]) -> list[str]:
    shown = [node for node in graph.nodes if not is_number(node)]
    described = any(node.value.size > FEW for node in shown)
    rows = [_value_row(node, formula_of(node, nodes) or node.operation, described) for node in shown]
    statistics = _STATISTICS if described else ()
    return table_lines(("name", "formula", "value", *statistics, "line"), rows, (0, 1))


_STATISTICS = ("mean", "std", "min", "max")
# A small array that is longer stands on a line of its own.
_BESIDE = 20


def _value_row(node: Node, formula: str, described: bool) -> Row:
    value, below = value_text(node.value), ()
    found = statistics_of(node.value) if node.value.size > FEW else {}
    if node.value.size > FEW:
        lacking = [f"{found[word]} {word}" for word in ("NaN", "inf") if word in found]
        value, below = shape_text(node.value.shape), tuple(lacking)
    elif len(value) > _BESIDE:
        value, below = shape_text(node.value.shape), (f"value     {value}",)
    statistics = tuple(found.get(word, "") for word in _STATISTICS) if described else ()
    return Row((node.name, formula, value, *statistics, node.source), below)


def _backward(graph: GradientGraph) -> list[str]:
    rows = [_row(edge) for edge in reversed(graph.edges)]
    return table_lines(("edge", "from", "-> to", "value", "local", "upstream", "gradient"), rows, (1, 2))


def _row(edge: Edge) -> Row:
    local = local_of(edge)
    words = (
        edge.name,
        edge.source,
        f"-> {edge.target}",
        short_text(edge.value),
        local_text(local),
        short_text(edge.upstream),
        arithmetic_of(edge, "x", 4) or short_text(edge.gradient),
    )
    return Row(words, () if local.kind == "number" else tuple(_written_out(edge, local)))


def _written_out(edge: Edge, local: Local) -> list[str]:
    """The numbers of what is small."""
    numbers = local_numbers(local, FEW if local.kind == "diagonal" else JACOBIAN_ROWS)
    found = [f"local     {'diagonal ' if local.kind == 'diagonal' else ''}{numbers}"] if numbers else []
    for word, array in (("upstream", edge.upstream), ("gradient", edge.gradient)):
        if array.ndim and 0 < array.size <= FEW:
            found.append(f"{word}  {nested_text(array, 4)}")
    return found


def _sums(graph: GradientGraph, nodes: Mapping[str, Node]) -> list[str]:
    rows = []
    for name, edges in edges_from(graph).items():
        gradient = nodes[name].gradient
        if len(edges) > 1 and gradient is not None:
            where = "" if gradient.ndim else f" ({', '.join(edge.name for edge in edges[:8])})"
            rows.append(Row((name, f"{sum_text(edges)} = {value_text(gradient)}{where}")))
    if not rows:
        return []
    return ["Used more than once: the sum of the edges", *table_lines(("name", "gradient"), rows, (0, 1))]


def _inputs(graph: GradientGraph) -> list[str]:
    rows = [Row((name, value_text(gradient))) for name, gradient in graph.gradients.items()]
    return table_lines(("input", "gradient"), rows, (0, 1))
