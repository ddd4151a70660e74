"""How alike applications rank networks, measured so that the noise of seeds alone cannot make them differ.

A run of each network with one seed makes a ranking. Kendall's tau of two rankings is the share of network
pairs that both order alike minus the share they order contrary; a difference within a point of accuracy
orders nothing. Agreement within an application is the mean tau over every two different seeds of it,
agreement between two applications the mean tau over every two different seeds of either. So both hold the
same noise, and if the application did not matter the two would be equal.

Where one application is noisier than the other, agreement between lies between the agreements within: it is
held against the smaller of these, which for one common order it cannot fall below.

Source: Maurice G. Kendall, "A New Measure of Rank Correlation", 1938 (tau-a: what is tied counts as 0).
"""

import itertools
from collections.abc import Sequence

import numpy as np

from bnact.studies.comparison import MARGIN

LEAST_SEEDS = 3
"""Seeds from which one can be left out and there are still two to compare."""


def orders(accuracies: np.ndarray, margin: float = MARGIN) -> np.ndarray:
    """Which of each two networks is better.

    Args:
      accuracies: (..., networks) shares.
      margin: a difference up to this is none.

    Returns:
      (..., networks (networks - 1) / 2) of -1, 0 and 1.
    """
    first, second = np.triu_indices(accuracies.shape[-1], 1)
    differences = accuracies[..., first] - accuracies[..., second]
    return np.where(np.abs(differences) > margin, np.sign(differences), 0.0)


def agreements(accuracies: np.ndarray) -> np.ndarray:
    """Mean Kendall's tau over every two different seeds, within and between applications.

    Args:
      accuracies: (applications, seeds, networks) shares; at least 2 seeds and 2 networks.

    Returns:
      (applications, applications), symmetric; the diagonal is the agreement within.
    """
    ordered = orders(accuracies)
    seeds, pairs = ordered.shape[1:]
    total = ordered.sum(axis=1)
    of_equal_seeds = np.einsum("asp,bsp->ab", ordered, ordered)
    return (total @ total.T - of_equal_seeds) / (seeds * (seeds - 1) * pairs)


def lost(accuracies: np.ndarray) -> float:
    """Agreement lost between applications: the smaller of the two within minus that between, mean over pairs.

    Args:
      accuracies: (applications, seeds, networks) shares; at least 2 of each.

    Returns:
      The loss in tau; 0 in expectation, or below, where all applications share one order.
    """
    return _lost(agreements(accuracies), _noisier(agreements(accuracies)))


def lost_by_seed(accuracies: np.ndarray) -> np.ndarray:
    """The jackknife's value of `lost` for each seed: n lost - (n - 1) (lost without that seed).

    Their mean is `lost`, and their spread is its noise over seeds.

    Args:
      accuracies: (applications, seeds, networks) shares; at least `LEAST_SEEDS` seeds.

    Returns:
      (seeds,) values.

    Source: John W. Tukey, "Bias and confidence in not quite large samples", 1958.
    """
    seeds = accuracies.shape[1]
    whole = agreements(accuracies)
    noisier = _noisier(whole)
    without = [_lost(agreements(np.delete(accuracies, seed, axis=1)), noisier) for seed in range(seeds)]
    return seeds * _lost(whole, noisier) - (seeds - 1) * np.array(without)


def reliability(accuracies: np.ndarray) -> float:
    """Mean over pairs of applications of the smaller agreement within: the most that can be lost.

    Args:
      accuracies: (applications, seeds, networks) shares; at least 2 of each.
    """
    found = agreements(accuracies)
    return float(np.mean([found[place, place] for place in _noisier(found)]))


def _pairs(found: np.ndarray) -> list[tuple[int, int]]:
    return list(itertools.combinations(range(len(found)), 2))


def _noisier(found: np.ndarray) -> list[int]:
    """Of each two applications, the one that agrees less with itself."""
    return [
        first if found[first, first] <= found[second, second] else second for first, second in _pairs(found)
    ]


def _lost(found: np.ndarray, noisier: Sequence[int]) -> float:
    losses = [found[place, place] - found[pair] for pair, place in zip(_pairs(found), noisier, strict=True)]
    return float(np.mean(losses))
