"""Whether two ways of saying how deep a network may be put networks into the same order."""

from typing import NamedTuple

import numpy as np

from bnact.studies.statistics import ALPHA, ENOUGH_TO_RESAMPLE

RESAMPLES = 10_000

# Of sums of squares of ranks, which are at least 1/4 where two differ.
_ROUNDING = 1e-6


class Agreement(NamedTuple):
    """Spearman's rank correlation of two quantities.

    Attributes:
      spearman: the correlation, in [-1, 1]; NaN where one of the two is the same for all.
      low, high: bootstrap interval; NaN likewise, or for fewer than `ENOUGH_TO_RESAMPLE` groups.
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
    _, membership = np.unique(groups, return_inverse=True)
    count = int(membership.max(initial=-1)) + 1
    if count < ENOUGH_TO_RESAMPLE:
        return Agreement(spearman(predicted, measured), float("nan"), float("nan"), len(predicted))
    # RandomState's streams are frozen for ever; a Generator's may change with a version of numpy.
    picks = np.random.RandomState(0).randint(0, count, (RESAMPLES, count), dtype=np.int64)
    times = np.stack([np.bincount(pick, minlength=count) for pick in picks])[:, membership]
    resampled = _weighted(predicted, measured, times)
    known = resampled[np.isfinite(resampled)]
    tails = (ALPHA / 2, 1.0 - ALPHA / 2)
    low, high = np.quantile(known, tails) if len(known) else (np.nan, np.nan)
    return Agreement(spearman(predicted, measured), float(low), float(high), len(predicted))


def spearman(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman's rank correlation; NaN if fewer than two values differ in either."""
    return float(_weighted(first, second, np.ones((1, len(first))))[0])


def _weighted(first: np.ndarray, second: np.ndarray, times: np.ndarray) -> np.ndarray:
    """(resamples,) correlations of samples in which each value occurs so many `times`: (resamples, n)."""
    size = times.sum(axis=1, keepdims=True)
    ranks = [_ranks(values, times) for values in (first, second)]
    with np.errstate(invalid="ignore", divide="ignore"):
        x, y = (each - (times * each).sum(axis=1, keepdims=True) / size for each in ranks)
        squares = (times * x * x).sum(axis=1) * (times * y * y).sum(axis=1)
        return (times * x * y).sum(axis=1) / np.sqrt(np.where(squares > _ROUNDING, squares, 0.0))


def _ranks(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """(resamples, n) ranks less one half: how many are smaller, and half of those that are equal."""
    before = np.expand_dims(values, 1) < values
    return times @ (before + 0.5 * (np.expand_dims(values, 1) == values))
