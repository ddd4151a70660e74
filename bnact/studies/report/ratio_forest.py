"""Ratios with their intervals, one below the other, on an axis on which twice and half are as far from 1."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator

from bnact.studies.claim import Figure
from bnact.studies.comparison import Comparison

from .comparison_rows import EffectAxis, comparison_rows, draw_mark
from .wording import significant


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

    def draw(axes: Axes) -> None:
        axes.set_xscale("log")
        draw_mark(axes, 1.0, "#b0b0b0")
        draw_mark(axes, mark)
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 3.0)))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.minorticks_off()

    return comparison_rows(groups, outcomes, EffectAxis(x_label, draw, _draw_interval, _in_words), caption)


def _in_words(ratio: float) -> str:
    return significant(ratio, 2)


_REACH = 3.0
"""How many times the effect an arrow reaches that stands for an interval without an end."""


def _draw_interval(axes: Axes, comparison: Comparison, place: int, colour: str) -> None:
    """The interval as a line, if there is one; a side without an end is an arrow."""
    if np.isnan(comparison.low) or np.isnan(comparison.high):
        return
    has_low, has_high = comparison.low > 0.0, np.isfinite(comparison.high)
    low = comparison.low if has_low else comparison.effect / _REACH
    high = comparison.high if has_high else comparison.effect * _REACH
    axes.plot([low, high], [place, place], color=colour)
    for at, marker, has_end in ((low, "<", has_low), (high, ">", has_high)):
        if not has_end:
            axes.plot(at, place, color=colour, marker=marker, markersize=4.5)
