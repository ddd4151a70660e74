"""Whether two ways of saying how deep a network may be put networks into the same order."""

from typing import NamedTuple

import numpy as np
import scipy.stats

from bnact.studies.statistics import ALPHA

RESAMPLES = 10_000


class Agreement(NamedTuple):
    """Spearman's rank correlation of two quantities.

    Attributes:
      spearman: the correlation, in [-1, 1]; NaN where one of the two is the same for all.
      low, high: bootstrap interval; NaN likewise.
      n: how many settings.
    """

    spearman: float
    low: float
    high: float
    n: int


def rank_agreement(predicted: np.ndarray, measured: np.ndarray, groups: np.ndarray) -> Agreement:
    """Spearman's correlation with a bootstrap interval that draws whole groups.

    Equal values share the mean of their ranks. Settings of a group err together, so that a group is drawn as
    a whole, with replacement; the interval is the central 95 % of the resampled correlations, without those
    of resamples in which all is equal.

    Args:
      predicted, measured: (n,) finite.
      groups: (n,) what each setting belongs to.

    Returns:
      The agreement.

    Source: Charles Spearman, "The proof and measurement of association between two things", 1904; Bradley
    Efron and Robert Tibshirani, "An Introduction to the Bootstrap", 1993, on units that are drawn whole.
    """
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    # RandomState's streams are frozen for ever; a Generator's may change with a version of numpy.
    picks = np.random.RandomState(0).randint(0, len(members), (RESAMPLES, len(members)), dtype=np.int64)
    resampled = np.array([_of(predicted, measured, members, pick) for pick in picks])
    known = resampled[np.isfinite(resampled)]
    tails = (ALPHA / 2, 1.0 - ALPHA / 2)
    low, high = np.quantile(known, tails) if len(known) else (np.nan, np.nan)
    return Agreement(spearman(predicted, measured), float(low), float(high), len(predicted))


def _of(predicted: np.ndarray, measured: np.ndarray, members: list[np.ndarray], pick: np.ndarray) -> float:
    chosen = np.concatenate([members[group] for group in pick])
    return spearman(predicted[chosen], measured[chosen])


def spearman(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman's rank correlation; NaN if fewer than two values differ in either."""
    if len(first) < 2 or np.ptp(first) == 0.0 or np.ptp(second) == 0.0:
        return float("nan")
    return float(np.corrcoef(scipy.stats.rankdata(first), scipy.stats.rankdata(second))[0, 1])
