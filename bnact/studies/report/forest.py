"""Every comparison of a claim with its interval, one below the other."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from bnact.studies.claim import Figure, Panel
from bnact.studies.comparison import Comparison, Outcome

from .drawing import drawn, legend_entry
from .palette import Style
from .wording import signed, span

OUTCOME_STYLES: Mapping[Outcome, Style] = {
    "above": Style("#009E73", (), "^"),
    "below": Style("#D55E00", (), "v"),
    "equal": Style("#0072B2", (), "o"),
    "unclear": Style("#6b6b6b", (), "s"),
}


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
    found = {each.outcome for comparisons in groups.values() for each in comparisons}
    words = dict.fromkeys((outcomes[name], style) for name, style in OUTCOME_STYLES.items() if name in found)
    panels = tuple(
        _panel(title, comparisons, outcomes, marks, x_label)
        for title, comparisons in groups.items()
        if comparisons
    )
    return Figure(caption, tuple(legend_entry(label, style) for label, style in words), panels)


def _panel(
    title: str,
    comparisons: Sequence[Comparison],
    outcomes: Mapping[str, str],
    marks: Sequence[float],
    x_label: str,
) -> Panel:
    def draw(axes: Axes) -> None:
        for mark in marks:
            axes.axvline(100.0 * mark, color="#000000", linewidth=0.9, linestyle=(0.0, (4.0, 2.0)))
        for place, each in enumerate(comparisons):
            style = OUTCOME_STYLES[each.outcome]
            axes.plot([100 * each.low, 100 * each.high], [place, place], color=style.colour)
            axes.plot(100 * each.effect, place, color=style.colour, marker=style.marker, markersize=5.5)
        axes.set_yticks(range(len(comparisons)), [each.label for each in comparisons])
        axes.set(xlabel=x_label, ylim=(len(comparisons) - 0.4, -0.6))
        axes.grid(visible=False, axis="y")

    words = "; ".join(
        f"{each.label}: {signed(100 * each.effect)}, interval "
        f"{span(100 * each.low, 100 * each.high, signed)}, {outcomes[each.outcome]}"
        for each in comparisons
    )
    return Panel(title, f"{x_label}. {words}.", drawn(title, draw))
