"""How alike applications rank networks, measured so that the noise of seeds alone cannot make them differ.

A run of each network with one seed makes a ranking. A difference within a point of accuracy orders nothing.
Agreement is the mean of Kendall's tau over every two different seeds: the share of network pairs that both
order alike minus the share they order contrary.

Agreement between applications may be below that within for other reasons than a reversal: of networks in one
common order one application may separate the better half and another the worse. So agreement is lost only
by pairs of networks that both applications order, and contrary. Which pairs these are all seeds but one say;
that one says by how much: +1 if it orders the pair contrary in the two, -1 if alike, 0 if not in both. If
both applications had one common order, it would order alike at least as often as contrary, whatever its
noise, and the choice of pairs has not seen it: so the loss would be 0 or below in expectation. (Should one
seed's noise be alike in two applications, that hides a reversal, and makes none.)

Source: Maurice G. Kendall, "A New Measure of Rank Correlation", 1938 (tau-a: what is tied counts as 0).
"""

import itertools

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
    """Agreement that contrary orders take from applications, mean over pairs of these: see `lost_by_seed`."""
    return float(lost_by_seed(accuracies).mean())


def lost_by_seed(accuracies: np.ndarray) -> np.ndarray:
    """Agreement lost by pairs of networks that two applications order contrary, as each seed has it.

    For a seed s and applications a and b, 2 / pairs times the sum of -order_a(s) order_b(s) over the pairs of
    networks whose mean orders in the other seeds have contrary signs in a and b. A pair that both always
    order, and contrary, takes 2 / pairs from Kendall's tau.

    Args:
      accuracies: (applications, seeds, networks) shares; at least 2 of each.

    Returns:
      (seeds,) losses, mean over pairs of applications; 2 is an order wholly reversed.
    """
    ordered = orders(accuracies)
    others = ordered.sum(axis=1, keepdims=True) - ordered
    losses = [
        np.where(others[first] * others[second] < 0.0, -ordered[first] * ordered[second], 0.0).mean(axis=-1)
        for first, second in itertools.combinations(range(len(ordered)), 2)
    ]
    return 2.0 * np.mean(losses, axis=0)


def reliability(accuracies: np.ndarray) -> float:
    """How well seeds agree on what both of two applications order: the most that could be lost, halved.

    For each pair of networks the smaller of the agreements within the two applications; their mean, over
    pairs of applications too. It is near 0 where each application orders other networks.

    Args:
      accuracies: (applications, seeds, networks) shares; at least 2 of each.
    """
    ordered = orders(accuracies)
    seeds = ordered.shape[1]
    total = ordered.sum(axis=1)
    within = (total**2 - (ordered**2).sum(axis=1)) / (seeds * (seeds - 1))
    shared = [
        np.minimum(within[first], within[second]).mean()
        for first, second in itertools.combinations(range(len(within)), 2)
    ]
    return float(np.mean(shared))
