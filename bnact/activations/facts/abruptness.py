"""Where a function may have a jump or a kink: on a grid, and where bisection ends in an abrupt change."""

from collections.abc import Callable, Sequence

import numpy as np

Sampled = Callable[[np.ndarray], np.ndarray]

_ABRUPT = 1e-3
"""Relative to the function's size, if that is above 1."""

_FEW, _MANY = 24, 40


def candidates(functions: Sequence[Sampled]) -> np.ndarray:
    """Thousandths within 10, and where one of the functions changes abruptly within 1000; increasing.

    Args:
      functions: of (points,) float64, to (points,).
    """
    thousandths = np.arange(-10_000, 10_001) / 1000.0
    found = np.concatenate([abrupt_changes(fn) for fn in functions])
    # A change just before a round number is one at it.
    others = found[np.abs(found * 1000.0 - np.round(found * 1000.0)) > 1e-6]
    round_ones = np.round(found * 1000.0) / 1000.0
    return np.unique(np.concatenate([thousandths, others, round_ones]))


def abrupt_changes(fn: Sampled) -> np.ndarray:
    """The points within 1000 behind which fn changes by more than a thousandth at once; increasing.

    Every interval of a grid in which fn changes so much is halved again and again, keeping the half in which
    it changes more. Where fn is only steep, the change shrinks with the interval.
    """
    edges = _edges()
    low, high = _changing(fn, edges[:-1], edges[1:])
    for halvings in (_FEW, _MANY):
        for _ in range(halvings if low.size else 0):
            low, high = _halved(fn, low, high)
        low, high = _changing(fn, low, high)
    return low


def _edges() -> np.ndarray:
    """Between the thousandths near 0, so that a round number is inside an interval."""
    near = np.arange(-10_000, 10_000) / 1000.0 + 5e-4
    far = np.arange(10.0, 1000.0, 0.05) + 0.025
    return np.concatenate([-far[::-1], near, far])


def _halved(fn: Sampled, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    middle = low + (high - low) / 2.0
    before, at, after = fn(low), fn(middle), fn(high)
    in_first = np.abs(at - before) > np.abs(after - at)
    return np.where(in_first, low, middle), np.where(in_first, middle, high)


def _changing(fn: Sampled, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    before, after = fn(low), fn(high)
    with np.errstate(invalid="ignore"):
        size = np.maximum(1.0, np.maximum(np.abs(before), np.abs(after)))
        keep = np.isfinite(size) & (np.abs(after - before) > _ABRUPT * size)
    return low[keep], high[keep]
