"""What an activation puts out, measured, over what the theory says: bars and a curve."""

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from bnact.activations import Activation
from bnact.studies.claim import Panel
from bnact.training.log import HISTOGRAM_BINS, HISTOGRAM_HIGH, HISTOGRAM_LOW

from .drawing import drawn

MEASURED, EXACT, CLAIMED = "#56B4E9", "#000000", "#D55E00"


class Density(NamedTuple):
    """A density on a grid: (points,) places and values."""

    x: np.ndarray
    density: np.ndarray


def input_edges() -> np.ndarray:
    """(HISTOGRAM_BINS + 1,) edges of the log's histogram of activation inputs; the end bins are open."""
    return np.linspace(HISTOGRAM_LOW, HISTOGRAM_HIGH, HISTOGRAM_BINS + 1)


def share_between(counts: np.ndarray, low: float, high: float) -> float:
    """Share of the activation inputs inside [low, high].

    Args:
      counts: (HISTOGRAM_BINS,) of a log.
      low, high: edges of bins.

    Returns:
      The share, in [0, 1]; NaN if nothing was counted.

    Raises:
      ValueError: if low or high is not an edge.
    """
    edges = input_edges()
    positions = [int(np.argmin(np.abs(edges - place))) for place in (low, high)]
    if not np.allclose(edges[positions], (low, high), rtol=0.0, atol=1e-9):
        raise ValueError(
            f"share_between: low and high must be edges of the histogram's bins; got {low} and {high}; "
            f"use multiples of {edges[1] - edges[0]:g}"
        )
    counts = np.asarray(counts, np.float64)
    total = counts.sum()
    return float(counts[positions[0] : positions[1]].sum() / total) if total > 0.0 else float("nan")


def output_histogram(counts: np.ndarray, activation: Activation) -> Density:
    """Density of the outputs of a strictly increasing activation, from the histogram of its inputs.

    Each bin keeps its mass and is stretched to its image: density = share / (phi(high) - phi(low)). The
    end bins reach to the ends of the activation's range.

    Args:
      counts: (HISTOGRAM_BINS,) of activation inputs.
      activation: strictly increasing with a finite range, as sigmoid.

    Returns:
      x: (HISTOGRAM_BINS + 1,) edges of the outputs' bins; density: (HISTOGRAM_BINS,).
    """
    edges = np.asarray(activation(input_edges().astype(np.float32)), np.float64)
    edges[0], edges[-1] = activation.range
    shares = np.asarray(counts, np.float64) / np.sum(counts)
    return Density(edges, shares / np.diff(edges))


def distribution_panel(title: str, measured: Density, exact: Density, claimed: tuple[float, float]) -> Panel:
    """Bars of what was measured, the exact density over them, and the interval that was claimed.

    Args:
      title: above the panel.
      measured: edges of the bins, and density in each.
      exact: the curve.
      claimed: low and high of the outputs as the claim has them.

    Returns:
      The panel.
    """

    def draw(axes: Axes) -> None:
        axes.axvspan(*claimed, color=CLAIMED, alpha=0.22, linewidth=0)
        axes.stairs(measured.density, measured.x, fill=True, color=MEASURED)
        axes.plot(exact.x, exact.density, color=EXACT, linestyle=(0.0, (4.0, 1.5)))
        for place in claimed:
            axes.axvline(place, color=CLAIMED, linewidth=1.2)
        axes.set(xlabel="output", ylabel="density", xlim=(measured.x[0], measured.x[-1]), ylim=(0.0, None))

    return Panel(title, _in_words(title, measured, claimed), drawn(title, draw))


def _in_words(title: str, measured: Density, claimed: tuple[float, float]) -> str:
    masses = measured.density * np.diff(measured.x)
    middles = 0.5 * (measured.x[:-1] + measured.x[1:])
    inside = masses[(middles > claimed[0]) & (middles < claimed[1])].sum()
    central = np.interp((0.025, 0.975), np.cumsum(masses), measured.x[1:])
    return (
        f"Histogram of outputs, {title}: {inside:.1%} lie between {claimed[0]:.2f} and {claimed[1]:.2f}; "
        f"the central 95 % reach from {central[0]:.2f} to {central[1]:.2f}. The exact density is drawn "
        "over it."
    )
