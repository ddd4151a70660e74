"""Every setting's predicted trainable depth beside the measured one."""

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import scipy.stats

from bnact import theory
from bnact.studies import Pair, StudyError

from .accuracy_map import AccuracyMap, halfway, measured_depth
from .agreement import Agreement, rank_agreement
from .maps import BATCH_SIZE

Predicted = Callable[[Pair, float], float]
"""From a pair and a weight variance to the trainable depth that theory predicts; it may be infinite."""


class Compared(NamedTuple):
    """One setting.

    Attributes:
      pair, weight_variance: of the setting.
      predicted: depth; may be infinite.
      measured: depth, within those that were trained.
      shallowest, deepest: the depths that were trained end here.
    """

    pair: Pair
    weight_variance: float
    predicted: float
    measured: float
    shallowest: float
    deepest: float

    @property
    def visible(self) -> float:
        """The prediction as the trained depths could show it: not beyond either end of them."""
        return min(max(self.predicted, self.shallowest), self.deepest)


@functools.cache
def predicted_depth(pair: Pair, weight_variance: float) -> float:
    """What the theory of wide networks says at the batch size of the study, knowing nothing of the runs.

    Raises:
      StudyError: theory has no answer for this setting.
    """
    try:
        return theory.trainable_depth(
            pair.activation, pair.norm, pair.order, batch_size=BATCH_SIZE, weight_variance=weight_variance
        )
    except ValueError as error:
        raise StudyError(f"{error} ({pair.label}, weight variance {weight_variance:g})") from error


def compared(maps: Sequence[AccuracyMap], chance: float, predicted: Predicted) -> tuple[Compared, ...]:
    """All settings of the maps that were trained at every depth.

    Args:
      maps: what was measured.
      chance: the accuracy of guessing.
      predicted: what theory says.

    Returns:
      The settings, in the maps' order.
    """
    found = []
    for each in maps:
        threshold = halfway(each.accuracy, chance)
        for variance, accuracy in zip(each.weight_variances, each.accuracy, strict=True):
            measured = measured_depth(each.depths, accuracy, threshold)
            if np.isfinite(measured):
                ends = float(each.depths[0]), float(each.depths[-1])
                weight_variance = float(variance)
                found.append(
                    Compared(
                        each.pair, weight_variance, predicted(each.pair, weight_variance), measured, *ends
                    )
                )
    return tuple(found)


def agreement_of(settings: Sequence[Compared]) -> Agreement:
    """Rank agreement of the visible predictions with the measured depths; pairs are drawn whole."""
    labels = np.array([setting.pair.label for setting in settings])
    return rank_agreement(*_both(settings), labels)


def rank_differences(settings: Sequence[Compared]) -> np.ndarray:
    """(n,) rank of the measured depth minus that of the visible prediction; positive: deeper than said."""
    predicted, measured = (scipy.stats.rankdata(values) for values in _both(settings))
    return measured - predicted


def _both(settings: Sequence[Compared]) -> tuple[np.ndarray, np.ndarray]:
    return (
        np.array([setting.visible for setting in settings]),
        np.array([setting.measured for setting in settings]),
    )
