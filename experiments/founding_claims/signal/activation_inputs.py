"""What activations are given, by the histograms of the runs: shares, seed by seed."""

from collections.abc import Sequence

import numpy as np

from bnact.studies.report.distribution import share_between
from bnact.studies.rows import Row, Rows
from bnact.studies.tuned_cell import Pair, TunedCell, has_diverged
from bnact.training.log import HISTOGRAM_BINS, Log
from experiments.claims.chosen import cell_of, depths_of

MOMENTS = {"at initialization": 0, "after training": 1}
"""When the histograms of a log were taken."""


def cells_of(rows: Rows, pair: Pair) -> tuple[TunedCell, ...]:
    """The cells of a pair from the shallowest to the deepest, each at its best learning rate."""
    found = (cell_of(rows, pair, depth) for depth in depths_of(rows))
    return tuple(cell for cell in found if cell is not None)


def counted_runs(cell: TunedCell) -> tuple[Row, ...]:
    """The runs whose histograms hold every input: not those that diverged."""
    return tuple(row for row in cell.rows if not has_diverged(row.log) and _is_full(row.log))


def _is_full(log: Log) -> bool:
    """Whether as many inputs were counted after training as at the start: NaN is not counted."""
    first, last = np.asarray(log.histogram).sum(axis=-1)
    return bool(first == last > 0)


def input_counts(cell: TunedCell, moment: str) -> np.ndarray:
    """(HISTOGRAM_BINS,) activation inputs at a moment over the runs that are counted."""
    logs = [np.asarray(row.log.histogram, np.float64)[MOMENTS[moment]] for row in counted_runs(cell)]
    return np.sum(logs, axis=0) if logs else np.zeros(HISTOGRAM_BINS)


def input_shares(cell: TunedCell, moment: str, low: float, high: float) -> np.ndarray:
    """(n,) share of inputs inside [low, high] at a moment, one for each run that is counted."""
    return np.array([_share(row.log, moment, low, high) for row in counted_runs(cell)])


def mean_share(cells: Sequence[TunedCell], moment: str, low: float, high: float) -> np.ndarray:
    """(n,) share inside [low, high], averaged over the cells, of every seed that is counted in all."""
    found = [
        {row.setting.seed: _share(row.log, moment, low, high) for row in counted_runs(cell)} for cell in cells
    ]
    seeds = sorted(set.intersection(*map(set, found))) if found else []
    return np.array([np.mean([shares[seed] for shares in found]) for seed in seeds])


def _share(log: Log, moment: str, low: float, high: float) -> float:
    return share_between(np.asarray(log.histogram)[MOMENTS[moment]], low, high)
