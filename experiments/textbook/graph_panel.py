"""A small gradient graph as two drawings: the values on the way forward, the gradients on the way back."""

from collections.abc import Mapping, Set
from typing import Literal

from matplotlib.axes import Axes

from bnact.gradient_graph import GradientGraph
from bnact.studies.claim import Figure, Panel
from bnact.studies.report.drawing import drawn, legend_entry
from bnact.studies.report.palette import Style

from .edge_table import arithmetic, shown
from .examples import EXAMPLES, graph_of
from .placing import Place, places_of

WIDTH, HEIGHT, ROW = 3.5, 0.6, 0.5
"""Inches: of a panel, of what it needs besides its rows, and of a row."""

FORWARD, BACKWARD, SHARED = Style("#0072B2", (), ""), Style("#D55E00", (), ""), Style("#009E73", (), "")
LETTERS, AWAY = 7.0, 7.0
"""Points: of the letters, and between an edge's middle and its label."""

Side = Literal["left", "right"]
BOX = {"boxstyle": "round,pad=0.35", "linewidth": 0.8}


def graph_figure(name: str, shared: Set[str] = frozenset()) -> Figure:
    """The graph of an example, forwards and backwards.

    Args:
      name: of one of `EXAMPLES`.
      shared: names of edges that are drawn as shared by several paths.

    Returns:
      The figure.
    """
    graph, title = graph_of(name), EXAMPLES[name].title
    legend = [legend_entry("a value, forwards", FORWARD), legend_entry("a gradient, backwards", BACKWARD)]
    if shared:
        legend.append(legend_entry("a gradient on an edge that both paths share", SHARED))
    caption = (
        f"{title}. Values: from the inputs down to the loss. Gradients: on every edge upstream × local "
        "derivative = gradient, from the loss up to the inputs; of arrays, the shape of the local derivative."
    )
    return Figure(caption, tuple(legend), (_forwards(graph, title), _backwards(graph, title, shared)))


def _forwards(graph: GradientGraph, title: str) -> Panel:
    places = places_of(graph)

    def draw(axes: Axes) -> None:
        _set_up(axes, places)
        for node in graph.nodes:
            for operand in node.operands:
                _arrow(axes, places[operand], places[node.name], FORWARD)
        for node in graph.nodes:
            face = "#eef5fa" if node.gradient is not None else "#f0f0f0"
            _box(axes, places[node.name], f"{node.name}\n{shown(node.value)}", face)

    words = "; ".join(
        f"{node.name} = {shown(node.value)}" + (f" from {', '.join(node.operands)}" if node.operands else "")
        for node in graph.nodes
    )
    return Panel("Values", f"Graph of {title}, values: {words}.", drawn("Values", draw, _size(places)))


def _backwards(graph: GradientGraph, title: str, shared: Set[str]) -> Panel:
    places, sides = places_of(graph), _sides(graph)

    def draw(axes: Axes) -> None:
        _set_up(axes, places)
        for edge in graph.edges:
            style = SHARED if edge.name in shared else BACKWARD
            ends = places[edge.target], places[edge.source]
            _arrow(axes, *ends, style)
            _label(axes, ends, arithmetic(edge), style, sides[edge.name])
        for name in dict.fromkeys(name for edge in graph.edges for name in (edge.source, edge.target)):
            _box(axes, places[name], name, "#ffffff")

    words = "; ".join(f"{edge.target} to {edge.source}: {arithmetic(edge)}" for edge in reversed(graph.edges))
    svg = drawn("Gradients", draw, _size(places))
    return Panel("Gradients", f"Graph of {title}, gradients: {words}.", svg)


def _sides(graph: GradientGraph) -> Mapping[str, Side]:
    """On which side of each edge its label stands: left of the leftmost that meet, right of all others."""
    places = places_of(graph)
    columns = {edge.name: places[edge.source].column for edge in graph.edges}
    beside = {
        edge.name: [columns[other.name] for other in graph.edges if other.target == edge.target]
        for edge in graph.edges
    }
    return {
        name: "left" if len(found) > 1 and columns[name] == min(found) else "right"
        for name, found in beside.items()
    }


def _size(places: Mapping[str, Place]) -> tuple[float, float]:
    return WIDTH, HEIGHT + ROW * (1 + max(place.row for place in places.values()))


def _set_up(axes: Axes, places: Mapping[str, Place]) -> None:
    columns, rows = zip(*places.values(), strict=True)
    axes.set(xlim=(min(columns) - 0.75, max(columns) + 0.75), ylim=(-0.4, max(rows) + 0.4))
    axes.set_axis_off()


def _arrow(axes: Axes, start: Place, end: Place, style: Style) -> None:
    axes.annotate(
        "",
        xy=end,
        xytext=start,
        arrowprops={
            "arrowstyle": "-|>",
            "color": style.colour,
            "linewidth": 1.4,
            "shrinkA": 12.0,
            "shrinkB": 13.0,
        },
    )


def _label(axes: Axes, ends: tuple[Place, Place], text: str, style: Style, side: Side) -> None:
    column, row = (0.5 * (first + second) for first, second in zip(*ends, strict=True))
    axes.annotate(
        text,
        (column, row),
        xytext=(AWAY if side == "right" else -AWAY, 0.0),
        textcoords="offset points",
        color=style.colour,
        fontsize=LETTERS,
        ha="left" if side == "right" else "right",
        va="center",
    )


def _box(axes: Axes, place: Place, text: str, face: str) -> None:
    axes.text(
        *place,
        text,
        ha="center",
        va="center",
        fontsize=LETTERS,
        bbox={**BOX, "facecolor": face, "edgecolor": "#555555"},
    )
