"""Lines from place to place: how networks that are ranked here are ranked there."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from bnact.studies.claim import Figure, Panel

from .drawing import drawn, legend_entry
from .palette import Style

Ranks = Mapping[tuple[str, Style], np.ndarray]
"""For each network's name and style, (places,) ranks from 1, the best; equal ones have their mean rank."""


class Ranking(NamedTuple):
    """Places from left to right, and the ranks at each."""

    places: Sequence[str]
    ranks: Ranks


def rank_figure(groups: Mapping[str, Ranking], x_label: str, caption: str) -> Figure:
    """The rank of each network at each place, the best on top, a panel for each group of places.

    Args:
      groups: for each panel's title, its ranking.
      x_label: what the places are.
      caption: what to see.

    Returns:
      The figure.
    """
    named = dict.fromkeys(key for ranking in groups.values() for key in ranking.ranks)
    panels = tuple(_panel(title, ranking, x_label) for title, ranking in groups.items())
    return Figure(caption, tuple(legend_entry(label, style) for label, style in named), panels)


def _panel(title: str, ranking: Ranking, x_label: str) -> Panel:
    def draw(axes: Axes) -> None:
        at = np.arange(len(ranking.places))
        for (_, style), values in ranking.ranks.items():
            dashes = (0.0, style.dashes) if style.dashes else "solid"
            axes.plot(at, values, color=style.colour, linestyle=dashes, marker=style.marker)
        axes.set_xticks(at, list(ranking.places))
        axes.set_yticks(range(1, len(ranking.ranks) + 1))
        axes.set(xlabel=x_label, ylabel="rank by accuracy (1 is best)", xlim=(-0.4, len(at) - 0.6))
        axes.invert_yaxis()

    lines = (
        f"{label}: {', '.join(f'{rank:g}' for rank in values)}"
        for (label, _), values in ranking.ranks.items()
    )
    words = f"{title}; rank by accuracy at {', '.join(ranking.places)}. {'. '.join(lines)}."
    return Panel(title, words, drawn(title, draw))
