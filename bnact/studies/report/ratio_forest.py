"""Ratios with their intervals, one below the other, on an axis on which twice and half are as far from 1."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator

from bnact.studies.claim import Figure, Panel
from bnact.studies.comparison import Comparison

from .drawing import drawn, legend_entry
from .forest import OUTCOME_STYLES
from .palette import Style
from .wording import significant, span


def ratio_forest(
    groups: Mapping[str, Sequence[Comparison]],
    outcomes: Mapping[str, str],
    mark: float,
    x_label: str,
    caption: str,
) -> Figure:
    """Ratios with their intervals.

    Args:
      groups: for each panel's title, its comparisons, from top to bottom; effect, low and high are ratios
        above 0.
      outcomes: the words for each outcome.
      mark: the ratio they are held against.
      x_label: what the ratio is of.
      caption: what to see.

    Returns:
      A figure with a panel for each group.
    """
    found = {each.outcome for comparisons in groups.values() for each in comparisons}
    words = dict.fromkeys((outcomes[name], style) for name, style in OUTCOME_STYLES.items() if name in found)
    panels = tuple(
        _panel(title, comparisons, outcomes, mark, x_label)
        for title, comparisons in groups.items()
        if comparisons
    )
    return Figure(caption, tuple(legend_entry(label, style) for label, style in words), panels)


def _panel(
    title: str, comparisons: Sequence[Comparison], outcomes: Mapping[str, str], mark: float, x_label: str
) -> Panel:
    def draw(axes: Axes) -> None:
        axes.set_xscale("log")
        for at, colour in ((1.0, "#b0b0b0"), (mark, "#000000")):
            axes.axvline(at, color=colour, linewidth=0.9, linestyle=(0.0, (4.0, 2.0)))
        for place, each in enumerate(comparisons):
            style = OUTCOME_STYLES[each.outcome]
            _draw_interval(axes, each, place, style)
            axes.plot(each.effect, place, color=style.colour, marker=style.marker, markersize=5.5)
        axes.set_yticks(range(len(comparisons)), [each.label for each in comparisons])
        axes.set(xlabel=x_label, ylim=(len(comparisons) - 0.4, -0.6))
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 3.0)))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.minorticks_off()
        axes.grid(visible=False, axis="y")

    words = "; ".join(
        f"{each.label}: {significant(each.effect, 2)}, interval "
        f"{span(each.low, each.high, lambda value: significant(value, 2))}, {outcomes[each.outcome]}"
        for each in comparisons
    )
    return Panel(title, f"{x_label}. {words}.", drawn(title, draw))


_REACH = 3.0
"""How many times the effect an arrow reaches that stands for an interval without an end."""


def _draw_interval(axes: Axes, comparison: Comparison, place: int, style: Style) -> None:
    """The interval as a line, if there is one; a side without an end is an arrow."""
    if np.isnan(comparison.low) or np.isnan(comparison.high):
        return
    has_low, has_high = comparison.low > 0.0, np.isfinite(comparison.high)
    low = comparison.low if has_low else comparison.effect / _REACH
    high = comparison.high if has_high else comparison.effect * _REACH
    axes.plot([low, high], [place, place], color=style.colour)
    for at, marker, has_end in ((low, "<", has_low), (high, ">", has_high)):
        if not has_end:
            axes.plot(at, place, color=style.colour, marker=marker, markersize=4.5)
