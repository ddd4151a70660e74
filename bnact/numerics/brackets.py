"""Where along a row of points a function comes to zero."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

_AT_ONCE = 16
# A dip below it is worth a closer look.
_LOW = 1e-2


class Bracket(NamedTuple):
    """Two points with a zero between them.

    Attributes:
      low: the smaller point.
      high: the larger one.
      crosses: whether the signs at the two differ; else the function only comes near zero between them and
        may touch it.
    """

    low: float
    high: float
    crosses: bool


def brackets(
    f: Callable[[np.ndarray], np.ndarray], points: np.ndarray, margin: float = 0.0
) -> Iterator[Bracket]:
    """The intervals in which a function crosses zero or may touch it, in the order of the points.

    Args:
      f: elementwise over arrays; it is called on 16 points at a time, no more than are asked for. The first
        NaN is where it ends.
      points: monotone.
      margin: a value not larger counts as zero, which has no sign.

    Yields:
      The intervals; two zeros between neighbouring points are not seen.
    """
    trail: list[tuple[float, float]] = []
    signed: tuple[float, float] | None = None
    for point, value in _values(f, points):
        if np.isnan(value):
            return
        trail = [*trail[-2:], (point, value)]
        if abs(value) > margin:
            if signed is not None and signed[1] * value < 0.0:
                yield _bracket(signed[0], point, crosses=True)
            signed = (point, value)
        if _dips(trail, margin):
            yield _bracket(trail[0][0], point, crosses=False)


def _values(f: Callable[[np.ndarray], np.ndarray], points: np.ndarray) -> Iterator[tuple[float, float]]:
    for start in range(0, points.size, _AT_ONCE):
        part = points[start : start + _AT_ONCE]
        yield from zip(part.tolist(), f(part).tolist(), strict=True)


def _dips(trail: list[tuple[float, float]], margin: float) -> bool:
    values = [value for _, value in trail]
    if len(values) < 3 or values[0] * values[2] <= 0.0:
        return False
    beside = min(abs(values[0]), abs(values[2]))
    return beside > margin and abs(values[1]) < min(beside, _LOW)


def _bracket(one: float, other: float, crosses: bool) -> Bracket:
    return Bracket(min(one, other), max(one, other), crosses)
