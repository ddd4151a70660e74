"""Whether outputs behind batch norm lie inside an interval: what the claims that name one share."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from bnact import activations, theory
from bnact.studies.claim import Answer, Figure, LegendEntry, Panel, Scale
from bnact.studies.report.distribution import CLAIMED, EXACT, MEASURED
from bnact.studies.report.drawing import legend_entry
from bnact.studies.report.palette import Style
from bnact.studies.report.wording import percent
from bnact.studies.rows import Rows
from bnact.studies.statistics import share_interval
from bnact.studies.tuned_cell import Pair, TunedCell, pair_of
from bnact.training.setting import Setting
from experiments.claims.chosen import BEFORE, depth_label
from experiments.claims.scale import settings_of

from .activation_inputs import MOMENTS, cells_of, input_counts, input_shares, mean_share

ENOUGH = 0.95
"""The share of outputs that must lie inside."""

NOTHING = "There is nothing to decide from: at no seed did the networks of every depth train to the end."


class Interval(NamedTuple):
    """An interval of outputs, by the inputs whose outputs are its ends.

    Attributes:
      activation: what puts them out, with batch norm before it; it does not fall.
      low, high: inputs.
    """

    activation: str
    low: float
    high: float

    @property
    def outputs(self) -> tuple[float, float]:
        """Its two ends."""
        ends = activations.get(self.activation)(np.array([self.low, self.high], np.float32))
        low, high = np.asarray(ends, np.float64)
        return float(low), float(high)

    @property
    def exact_share(self) -> float:
        """Probability that the output of a standard normal number lies inside."""
        return float(theory.output_mass(self.activation, *self.outputs))


class Confinement(NamedTuple):
    """What came out.

    Attributes:
      answer: supported if the exact share is enough, and that of every run at both moments; refuted if the
        exact share is not, nor that of any run; else undecided.
      effect, low, high: mean share after training, averaged over the depths, and its interval over seeds.
      n: seeds at which the networks of every depth trained to the end; 0 leaves the numbers NaN.
      shares: (runs,) of every run at both moments.
    """

    answer: Answer
    effect: float
    low: float
    high: float
    n: int
    shares: np.ndarray

    @property
    def range_in_words(self) -> str:
        """The smallest and the largest share of a run: "from 24 % to 34 %"."""
        return f"from {percent(self.shares.min(), 0)} to {percent(self.shares.max(), 0)}"


def settings_behind_norm(interval: Interval, scale: Scale) -> tuple[Setting, ...]:
    """The runs of the activation with batch norm before it, at a scale."""
    return settings_of(scale, (interval.activation,), orders=("before",))


def cells_behind_norm(interval: Interval, rows: Rows) -> tuple[TunedCell, ...]:
    """The same, from the shallowest to the deepest, each at its best learning rate."""
    return cells_of(rows, Pair(interval.activation, *BEFORE))


def shares_inside(interval: Interval, cell: TunedCell, moment: str) -> np.ndarray:
    """(n,) share of outputs inside the interval at a moment, one for each run that is counted."""
    return input_shares(cell, moment, interval.low, interval.high)


def confinement_of(interval: Interval, rows: Rows) -> Confinement:
    """Whether the outputs lie inside, by theory and in every run."""
    cells = cells_behind_norm(interval, rows)
    trained = mean_share(cells, "after training", interval.low, interval.high)
    if not len(trained):
        return Confinement("undecided", math.nan, math.nan, math.nan, 0, np.zeros(0))
    shares = np.concatenate([shares_inside(interval, cell, moment) for cell in cells for moment in MOMENTS])
    inside = np.append(shares, interval.exact_share) >= ENOUGH
    answer: Answer = "supported" if inside.all() else "undecided" if inside.any() else "refuted"
    low, high = share_interval(trained)
    return Confinement(answer, float(trained.mean()), low, high, len(trained), shares)


def outputs_figure(
    interval: Interval,
    rows: Rows,
    panel: Callable[[str, np.ndarray], Panel],
    legend: tuple[LegendEntry, ...],
    caption: str,
) -> Figure:
    """The measured distribution of outputs at every depth and moment of which there is a run.

    Args:
      interval: of the claim.
      rows: of the claim.
      panel: from a title and (HISTOGRAM_BINS,) counts of inputs to the panel.
      legend: see `outputs_legend`.
      caption: what to see.
    """
    panels = tuple(
        panel(f"{depth_label(cell.setting.depth)}, {moment}", counts)
        for moment in MOMENTS
        for cell in cells_behind_norm(interval, rows)
        if (counts := input_counts(cell, moment)).sum() > 0
    )
    return Figure(caption, legend, panels)


def outputs_legend(exact: str, claimed: str) -> tuple[LegendEntry, ...]:
    """What was measured, what is exact, and the interval, the last two by these names."""
    return (
        legend_entry("measured", Style(MEASURED, (), "s")),
        legend_entry(exact, Style(EXACT, (4.0, 1.5), "")),
        legend_entry(claimed, Style(CLAIMED, (), "")),
    )


def inside_columns(interval: Interval, cell: TunedCell, moment: str) -> tuple[str, ...]:
    """Network, depth, moment, mean share inside in percent, and that of the lowest and highest seed."""
    shares = 100 * shares_inside(interval, cell, moment)
    return (
        pair_of(cell.setting).label,
        str(cell.setting.depth),
        moment,
        f"{shares.mean():.1f}" if len(shares) else "–",
        f"{shares.min():.1f} to {shares.max():.1f}" if len(shares) else "–",
    )
