"""Comparisons with their intervals, one below the other: what every forest has, whatever its axis."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes

from bnact.studies.claim import Figure, Panel
from bnact.studies.comparison import Comparison, Outcome

from .drawing import drawn, legend_entry
from .palette import Style
from .wording import span

OUTCOME_STYLES: Mapping[Outcome, Style] = {
    "above": Style("#009E73", (), "^"),
    "below": Style("#D55E00", (), "v"),
    "equal": Style("#0072B2", (), "o"),
    "unclear": Style("#6b6b6b", (), "s"),
}


class EffectAxis(NamedTuple):
    """How effects are drawn and said.

    Attributes:
      label: what an effect is, with its unit.
      draw: puts scale and marks on the axes.
      draw_interval: (axes, comparison, place, colour) draws an interval.
      in_words: of an effect.
    """

    label: str
    draw: Callable[[Axes], None]
    draw_interval: Callable[[Axes, Comparison, int, str], None]
    in_words: Callable[[float], str]


def comparison_rows(
    groups: Mapping[str, Sequence[Comparison]], outcomes: Mapping[str, str], axis: EffectAxis, caption: str
) -> Figure:
    """A row for every comparison, in a panel for every group that has some.

    Args:
      groups: for each panel's title, its comparisons, from top to bottom, in the axis' unit.
      outcomes: the words for each outcome.
      axis: of the effects.
      caption: what to see.

    Returns:
      The figure; its legend has the outcomes that occur.
    """
    found = {each.outcome for comparisons in groups.values() for each in comparisons}
    words = dict.fromkeys((outcomes[name], style) for name, style in OUTCOME_STYLES.items() if name in found)
    panels = tuple(
        _panel(title, comparisons, outcomes, axis) for title, comparisons in groups.items() if comparisons
    )
    return Figure(caption, tuple(legend_entry(label, style) for label, style in words), panels)


def _panel(
    title: str, comparisons: Sequence[Comparison], outcomes: Mapping[str, str], axis: EffectAxis
) -> Panel:
    def draw(axes: Axes) -> None:
        axis.draw(axes)
        for place, each in enumerate(comparisons):
            style = OUTCOME_STYLES[each.outcome]
            axis.draw_interval(axes, each, place, style.colour)
            axes.plot(each.effect, place, color=style.colour, marker=style.marker, markersize=5.5)
        axes.set_yticks(range(len(comparisons)), [each.label for each in comparisons])
        axes.set(xlabel=axis.label, ylim=(len(comparisons) - 0.4, -0.6))
        axes.grid(visible=False, axis="y")

    words = "; ".join(
        f"{each.label}: {axis.in_words(each.effect)}, interval {span(each.low, each.high, axis.in_words)}, "
        f"{outcomes[each.outcome]}"
        for each in comparisons
    )
    return Panel(title, f"{axis.label}. {words}.", drawn(title, draw))


def draw_mark(axes: Axes, at: float, colour: str = "#000000") -> None:
    """A dashed line across all rows."""
    axes.axvline(at, color=colour, linewidth=0.9, linestyle=(0.0, (4.0, 2.0)))
