"""Lines from place to place: how networks that are ranked here are ranked there."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from bnact.studies.claim import Figure, Panel

from .drawing import drawn, legend_entry
from .palette import Style

SIZE = (7.2, 3.2)
"""Inches: the names of the places need room."""


def rank_figure(
    places: Sequence[str], ranks: Mapping[tuple[str, Style], np.ndarray], title: str, caption: str
) -> Figure:
    """The rank of each network at each place, the best on top.

    Args:
      places: names, from left to right; a comma breaks the line.
      ranks: for each network's name and style, (places,) ranks from 1; equal ones have their mean rank.
      title: above the panel.
      caption: what to see.

    Returns:
      A figure of one panel.
    """

    def draw(axes: Axes) -> None:
        at = np.arange(len(places))
        for (_, style), values in ranks.items():
            dashes = (0.0, style.dashes) if style.dashes else "solid"
            axes.plot(at, values, color=style.colour, linestyle=dashes, marker=style.marker)
        axes.set_xticks(at, [place.replace(", ", "\n") for place in places])
        axes.set_yticks(range(1, len(ranks) + 1))
        axes.set(xlabel="application", ylabel="rank by test accuracy (1 is best)")
        axes.invert_yaxis()

    panel = Panel(title, _in_words(places, ranks), drawn(title, draw, SIZE))
    return Figure(caption, tuple(legend_entry(label, style) for label, style in ranks), (panel,))


def _in_words(places: Sequence[str], ranks: Mapping[tuple[str, Style], np.ndarray]) -> str:
    lines = (f"{label}: {', '.join(f'{rank:g}' for rank in values)}" for (label, _), values in ranks.items())
    return f"Rank by test accuracy at {'; '.join(places)}. {'. '.join(lines)}."
