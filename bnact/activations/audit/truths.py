"""The true value and derivative at many points, shown as they come if it takes long."""

import functools
import sys
import time
from collections.abc import Iterable, Iterator

import numpy as np

from .extra import require
from .reference import Reference

_PART = 4096
_PATIENCE = 1.5
"""Seconds without a word."""

_BESIDE_ZERO = 1e-30


@functools.lru_cache(maxsize=2)
def remembered_truths(reference: Reference, x: tuple[float, ...]) -> np.ndarray:
    """`truths`, kept for a second function that is meant to be the same."""
    return truths(reference, np.array(x))


def truths(reference: Reference, x: np.ndarray) -> np.ndarray:
    """Value and derivative of the reference, (2, points) float64.

    Args:
      reference: whose formulas are followed in many digits.
      x: (points,) float64.

    Raises:
      ImportError: mpmath is not installed.
      NotImplementedError: a formula has an operation that is not followed in many digits.
      ValueError: a formula does not make one number of one.
    """
    require("mpmath")
    from bnact.tracing.multiprecision import exact

    both = reference.both()
    parts = np.split(x, range(_PART, x.size, _PART))
    return np.concatenate([_floats(exact(both, part)) for part in _shown(parts)], axis=1)


def beside(points: tuple[float, ...]) -> np.ndarray:
    """The nearest numbers to the left and right of each point, (points, 2)."""
    x = np.array(points, np.float64).reshape(-1, 1)
    sides = np.concatenate([np.nextafter(x, -np.inf), np.nextafter(x, np.inf)], axis=1)
    return np.where(x == 0.0, np.array([[-_BESIDE_ZERO, _BESIDE_ZERO]]), sides)


def _floats(both: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    return np.array([[float(number) for number in order] for order in both], np.float64)


def _shown(parts: list[np.ndarray]) -> Iterable[np.ndarray]:
    """The parts; from the moment patience ends, with a bar if someone is looking."""
    return _with_a_bar(parts) if sys.stderr.isatty() else parts


def _with_a_bar(parts: list[np.ndarray]) -> Iterator[np.ndarray]:
    require("rich")
    from rich.console import Console
    from rich.progress import Progress

    began = time.monotonic()
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("truth in 100 digits", total=len(parts), visible=False)
        for part in parts:
            yield part
            bar.update(task, advance=1, visible=time.monotonic() - began > _PATIENCE)
