"""What ReLU makes of its inputs: a share that is exactly 0, and a density above."""

import math

import numpy as np
import scipy.stats
from matplotlib.axes import Axes

from bnact.studies.claim import Panel
from bnact.studies.report.distribution import CLAIMED, EXACT, MEASURED, input_edges, share_between
from bnact.studies.report.drawing import drawn
from bnact.training.log import HISTOGRAM_HIGH, HISTOGRAM_LOW

SHOWN = 4.0


def rectified_panel(title: str, counts: np.ndarray, claimed: float) -> Panel:
    """Bars of what was measured, over the exact distribution for a standard normal input.

    Args:
      title: above the panel.
      counts: (HISTOGRAM_BINS,) of the inputs; not all 0.
      claimed: the upper end of the outputs as the claim has them.

    Returns:
      The panel; what is exactly 0 is a bar of that area left of 0.
    """
    edges = input_edges()
    width = edges[1] - edges[0]
    above = edges[:-1] >= 0.0
    density = counts / counts.sum() / width
    zeros = float(density[~above].sum())

    def draw(axes: Axes) -> None:
        axes.axvspan(0.0, claimed, color=CLAIMED, alpha=0.22, linewidth=0)
        axes.stairs(density[above], np.append(edges[:-1][above], edges[-1]), fill=True, color=MEASURED)
        axes.stairs([zeros], [-width, 0.0], fill=True, color=MEASURED)
        dashed = (0.0, (4.0, 1.5))
        fine = np.linspace(0.0, SHOWN, 200)
        normal = np.exp(-(fine**2) / 2.0) / math.sqrt(2.0 * math.pi)
        axes.plot(fine, normal, color=EXACT, linestyle=dashed)
        axes.stairs([0.5 / width], [-width, 0.0], color=EXACT, linestyle=dashed, linewidth=1.6)
        axes.set(xlabel="output", ylabel="density", xlim=(-2.0 * width, SHOWN))

    return Panel(title, _in_words(title, counts, claimed), drawn(title, draw))


def _in_words(title: str, counts: np.ndarray, claimed: float) -> str:
    shares = [
        share_between(counts, *ends)
        for ends in ((HISTOGRAM_LOW, 0.0), (0.0, claimed), (claimed, HISTOGRAM_HIGH))
    ]
    negative = float(scipy.stats.norm.cdf(0.0))
    inside = float(scipy.stats.norm.cdf(claimed)) - negative
    beyond = float(scipy.stats.norm.sf(claimed))
    return (
        f"Outputs of ReLU, {title}: {shares[0]:.1%} are 0, {shares[1]:.1%} above 0 and up to {claimed:g}, "
        f"{shares[2]:.1%} above. For a normal input: {negative:.1%}, {inside:.1%} and {beyond:.1%}."
    )
