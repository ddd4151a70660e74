"""What activations are given after training, as lines on one pair of axes for each group."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from bnact.studies.claim import Figure, Panel
from bnact.studies.report.distribution import input_edges
from bnact.studies.report.drawing import drawn, legend_entry
from bnact.studies.report.figures import Groups, Line
from bnact.studies.report.palette import Style
from bnact.training.observation import HISTOGRAM_EXAMPLES

from .activation_inputs import input_counts


def input_histograms(groups: Groups, caption: str) -> Figure:
    """Density of the inputs of activations, over all layers and the seeds that did not diverge.

    Args:
      groups: for each panel's title, its lines.
      caption: what to see.

    Returns:
      A figure with a panel for each group that has a run to show.
    """
    counted = {title: [line for line in lines if _counts(line).sum() > 0] for title, lines in groups.items()}
    styles = {line.label: line.style for lines in groups.values() for line in lines}
    legend = tuple(legend_entry(label, _plain(style)) for label, style in styles.items())
    panels = tuple(_panel(title, lines) for title, lines in counted.items() if lines)
    return Figure(
        f"{caption} First {HISTOGRAM_EXAMPLES} training examples; the end bins hold what is beyond.",
        legend,
        panels,
    )


def _panel(title: str, lines: Sequence[Line]) -> Panel:
    edges = input_edges()

    def draw(axes: Axes) -> None:
        for line in lines:
            counts, dashes = _counts(line), line.style.dashes
            density = counts / counts.sum() / np.diff(edges)
            axes.stairs(
                density,
                edges,
                color=line.style.colour,
                linestyle=(0.0, dashes) if dashes else "solid",
                linewidth=1.4,
            )
        axes.set(xlabel="activation's input", ylabel="density", ylim=(0.0, None))

    words = "; ".join(f"{line.label}: {_in_words(_counts(line), edges)}" for line in lines)
    return Panel(title, f"Distribution of the activations' inputs, {title}. {words}.", drawn(title, draw))


def _counts(line: Line) -> np.ndarray:
    return input_counts(line.cell, "after training")


def _in_words(counts: np.ndarray, edges: np.ndarray) -> str:
    reached = np.cumsum(counts) / counts.sum()
    low, middle, high = (float(edges[1:][np.searchsorted(reached, share)]) for share in (0.05, 0.5, 0.95))
    return f"half below {middle:.2g}, 90 % from {low:.2g} to {high:.2g}"


def _plain(style: Style) -> Style:
    return style._replace(marker="")
