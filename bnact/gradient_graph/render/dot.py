"""The gradient graph in Graphviz' language."""

from collections.abc import Mapping

from bnact.gradient_graph.graph import INPUT, Edge, GradientGraph, Node

from .formula import formula_of
from .numbers import short_text, value_text
from .scopes import Groups, groups_of
from .uses import operands_without_gradient

_VALUE, _GRADIENT, _SOFT = "#0072B2", "#B04A00", "#57606A"


def dot_of(graph: GradientGraph) -> str:
    """The graph for `dot -Tsvg`: values down each edge, gradients up, a cluster for each scope.

    Args:
      graph: as `trace` returns it.

    Returns:
      A digraph. Dashed lines carry a value and no gradient.
    """
    nodes = {node.name: node for node in graph.nodes}
    numbers = {name: f"n{number}" for number, name in enumerate(nodes)}
    dashed = [
        f'  {numbers[source]} -> {numbers[target]} [style=dashed, color="{_SOFT}", '
        f"label={_quoted(short_text(nodes[source].value))}];"
        for source, target in operands_without_gradient(graph)
    ]
    return "\n".join(
        [
            "digraph gradient_graph {",
            '  graph [fontname="Helvetica"];',
            '  node [shape=box, style=rounded, fontname="Helvetica", fontsize=11];',
            '  edge [fontname="Helvetica", fontsize=10];',
            *_clusters(graph, nodes, numbers),
            *(_edge(edge, numbers) for edge in graph.edges),
            *dashed,
            "}\n",
        ]
    )


def _clusters(graph: GradientGraph, nodes: Mapping[str, Node], numbers: Mapping[str, str]) -> list[str]:
    groups = groups_of(graph.nodes)
    inside: dict[int | None, list[str]] = {}
    for node, group in zip(graph.nodes, groups.of_nodes, strict=True):
        inside.setdefault(group, []).append(_node(node, graph, nodes, numbers))
    children: dict[int | None, list[int]] = {}
    for number, group in enumerate(groups.groups):
        children.setdefault(group.parent, []).append(number)
    return _level(None, "  ", groups, inside, children)


def _level(
    group: int | None,
    indent: str,
    groups: Groups,
    inside: Mapping[int | None, list[str]],
    children: Mapping[int | None, list[int]],
) -> list[str]:
    lines = [indent + line for line in inside.get(group, ())]
    for child in children.get(group, ()):
        lines += [
            f"{indent}subgraph cluster_{child} {{",
            f"{indent}  label={_quoted(groups.groups[child].name)};",
        ]
        lines += [*_level(child, indent + "  ", groups, inside, children), f"{indent}}}"]
    return lines


def _node(node: Node, graph: GradientGraph, nodes: Mapping[str, Node], numbers: Mapping[str, str]) -> str:
    formula = formula_of(node, nodes)
    lines = [f"{node.name} = {formula}" if formula else node.name, value_text(node.value)]
    if node.gradient is not None:
        lines.append(f"gradient {value_text(node.gradient)}")
    look = ', style="rounded,filled", fillcolor="#E8F1F8"' if node.operation == INPUT else ""
    bold = ", penwidth=2" if node.name == graph.output else ""
    tooltip = f", tooltip={_quoted(node.source)}" if node.source else ""
    return f"{numbers[node.name]} [label={_quoted(*lines)}{look}{bold}{tooltip}];"


def _edge(edge: Edge, numbers: Mapping[str, str]) -> str:
    label = _quoted(f"{edge.name}: {short_text(edge.value)} ↓", f"{short_text(edge.gradient)} ↑")
    ends = f"  {numbers[edge.source]} -> {numbers[edge.target]}"
    return f'{ends} [label={label}, color="{_VALUE}", fontcolor="{_GRADIENT}"];'


def _quoted(*lines: str) -> str:
    """Lines as one string of Graphviz'; control characters, which it does not take, as spaces."""
    clean = ("".join(c if c.isprintable() else " " for c in line) for line in lines)
    escaped = (line.replace("\\", "\\\\").replace('"', '\\"') for line in clean)
    return '"' + "\\n".join(escaped) + '"'
