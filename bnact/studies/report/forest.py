"""Every comparison of a claim with its interval, one below the other."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from bnact.studies.claim import Figure
from bnact.studies.comparison import Comparison

from .comparison_rows import EffectAxis, comparison_rows, draw_mark
from .wording import signed


def forest(
    groups: Mapping[str, Sequence[Comparison]],
    outcomes: Mapping[str, str],
    marks: Sequence[float],
    x_label: str,
    caption: str,
) -> Figure:
    """Effects with their intervals, in percent or percentage points.

    Args:
      groups: for each panel's title, its comparisons, from top to bottom.
      outcomes: the words for each outcome.
      marks: places of the lines that decide: the null value, or the margin's ends, as shares.
      x_label: what the effect is, with its unit.
      caption: what to see.

    Returns:
      A figure with a panel for each group.
    """

    def draw(axes: Axes) -> None:
        for mark in marks:
            draw_mark(axes, 100.0 * mark)

    in_percent = {title: [_in_percent(each) for each in some] for title, some in groups.items()}
    return comparison_rows(in_percent, outcomes, EffectAxis(x_label, draw, _draw_interval, signed), caption)


def _in_percent(comparison: Comparison) -> Comparison:
    low, effect, high = (100 * value for value in (comparison.low, comparison.effect, comparison.high))
    return comparison._replace(low=low, effect=effect, high=high)


def _draw_interval(axes: Axes, comparison: Comparison, place: int, colour: str) -> None:
    axes.plot([comparison.low, comparison.high], [place, place], color=colour)
