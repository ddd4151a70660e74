"""Accuracy after training, over depth and weight variance, and the depth at which it is lost."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from bnact.studies import Pair, Rows
from bnact.studies.tuned_cell import TunedCell, pair_of, test_accuracy, tuned_cells

from .maps import weight_variance_of


class AccuracyMap(NamedTuple):
    """The map of one pair.

    Attributes:
      pair: of norm and activation.
      weight_variances: (V,) rising.
      depths: (D,) hidden layers, rising.
      accuracy: (V, D) mean test accuracy over the seeds, each network at its best learning rate; NaN where
        no run is done.
      learning_rate: (V, D) that rate; NaN likewise.
    """

    pair: Pair
    weight_variances: np.ndarray
    depths: np.ndarray
    accuracy: np.ndarray
    learning_rate: np.ndarray


def accuracy_maps(rows: Rows) -> tuple[AccuracyMap, ...]:
    """The maps of all pairs among the runs, in the order of the runs; all have the same depths."""
    depths = np.array(sorted({row.setting.depth for row in rows}))
    cells = tuned_cells(rows).values()
    pairs = dict.fromkeys(pair_of(cell.setting) for cell in cells)
    return tuple(
        _accuracy_map(pair, depths, [cell for cell in cells if pair_of(cell.setting) == pair])
        for pair in pairs
    )


def _accuracy_map(pair: Pair, depths: np.ndarray, cells: Sequence[TunedCell]) -> AccuracyMap:
    variances = np.array(sorted({weight_variance_of(cell.setting) for cell in cells}))
    accuracy, rate = np.full((2, len(variances), len(depths)), np.nan)
    for cell in cells:
        at = (
            np.searchsorted(variances, weight_variance_of(cell.setting)),
            np.searchsorted(depths, cell.setting.depth),
        )
        accuracy[at] = cell.over_seeds(test_accuracy).mean()
        rate[at] = cell.learning_rate
    return AccuracyMap(pair, variances, depths, accuracy, rate)


def halfway(accuracy: np.ndarray, chance: float) -> float:
    """The accuracy half way between chance and the best of a map, leaving out NaN."""
    return 0.5 * (chance + float(np.nanmax(accuracy)))


def measured_depth(depths: np.ndarray, accuracy: np.ndarray, threshold: float) -> float:
    """The depth at which accuracy first falls below a threshold, interpolated in the logarithm of depth.

    Args:
      depths: (D,) rising.
      accuracy: (D,) of networks that differ in depth alone.
      threshold: an accuracy.

    Returns:
      The depth; the first of `depths` if the accuracy is below the threshold there, the last if it never is:
      all that is known then is that the trainable depth lies at or beyond that end. NaN if an accuracy is.
    """
    if np.any(np.isnan(accuracy)):
        return float("nan")
    below = np.flatnonzero(accuracy < threshold)
    if not len(below):
        return float(depths[-1])
    at = int(below[0])
    if at == 0:
        return float(depths[0])
    share = (accuracy[at - 1] - threshold) / (accuracy[at - 1] - accuracy[at])
    return float(depths[at - 1] * (depths[at] / depths[at - 1]) ** share)
