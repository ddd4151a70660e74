"""The largest of a normalized batch, exactly, by a recursion over the size of the batch.

The values of a batch of m, normalized by their own statistics, are a point of a sphere of m - 1 dimensions.
One of them is sqrt(m - 1) cos(a), with the density of the angle a proportional to sin(a)^(m - 3). Given that
it is the largest, the others, normalized among themselves, are again a point of a sphere, and all lie below
the same number, which is sqrt(m) cot(a) there. So for F_m(a) = P(all values <= sqrt(m - 1) cos(a))

    F_m(a) = integral from a to arccos(1 / (m - 1)) of m p_m(a') F_(m-1)(a'') da',
    sqrt(m - 2) cos(a'') = sqrt(m) cot(a'),   F_2 = 1 for numbers of at least 1.

Every term is positive, so that errors stay relative ones. At the angles where one more value could be as
large, cos(a) = sqrt((m - k) / (k (m - 1))), F_m is a power, often half a whole one, of the distance above:
panels end there and are parametrized by the root of that distance. What is held of a larger F_m is its root
of order m - 2, which stays near one down to the angle at which F_m is 0.
"""

import functools
import math
from typing import NamedTuple

import numpy as np

from .gamma_ratio import log_gamma_ratio

_POINTS = 24
_NODES = 48
_ROOTS_FROM = 12


class Maximum(NamedTuple):
    """F_m over its panels.

    Attributes:
      edges: (m - 1,) angles at which panels end, increasing from 0.
      root: which root of F_m the coefficients are of.
      coefficients: (24, m - 2) of the Chebyshev polynomials over each panel.
    """

    edges: np.ndarray
    root: int
    coefficients: np.ndarray


def largest_of_few_below(threshold: np.ndarray, batch_size: int) -> np.ndarray:
    """P(every xhat <= threshold), the threshold strictly between 1 / sqrt(B - 1) and sqrt(B - 1), B >= 3."""
    table = maximum(batch_size)
    angle = np.arccos(threshold / math.sqrt(batch_size - 1))
    panel = np.clip(np.searchsorted(table.edges, angle, side="right") - 1, 0, batch_size - 3)
    return _below(table, panel, np.maximum(angle - table.edges[panel], 0.0))


@functools.lru_cache(maxsize=128)
def maximum(size: int) -> Maximum:
    """F_m for a batch of m = size, at least 3: 30 microseconds times m^2, once for all smaller ones."""
    unit, weights = np.polynomial.legendre.leggauss(_NODES)
    unit, weights = (unit + 1.0) / 2.0, weights / 2.0
    edges = _edges(size)
    starts = _chebyshev_points()
    # Behind every point of a panel, and behind its beginning for what is beyond the panel.
    points = np.append(starts, 0.0)[:, None]
    values = _integrand(size, edges, points + (1.0 - points) * unit)
    integrals = np.sum(values * weights, -1) * (1.0 - points[:, 0])
    beyond = np.append(np.cumsum(integrals[:0:-1, -1])[::-1], 0.0)
    root = size - 2 if size >= _ROOTS_FROM else 1  # the continuation of a smaller F_m has its zero nearby
    held = (integrals[:, :-1] + beyond[:, None]) ** (1.0 / root)
    return Maximum(edges, root, np.polynomial.chebyshev.chebfit(2.0 * starts - 1.0, held.T, _POINTS - 1))


def _edges(size: int) -> np.ndarray:
    """The angles at which 1, 2, ... values can be as large as any."""
    count = np.arange(1, size)
    return np.arccos(np.sqrt((size - count) / (count * (size - 1.0))))


def _integrand(size: int, edges: np.ndarray, at: np.ndarray) -> np.ndarray:
    """m p_m F_(m-1) by the parameter of each panel: (panels, *at.shape)."""
    panels = np.arange(size - 2).reshape(-1, *(1,) * at.ndim)
    length = np.diff(edges)[panels]
    above = length * np.where(panels == 0, at, at**2)
    speed = length * np.where(panels == 0, 1.0, 2.0 * at)
    log_highest = log_gamma_ratio((size - 2) / 2.0, 0.5) + math.log(size) - math.log(math.pi) / 2.0
    density = math.exp(log_highest) * np.sin(edges[panels] + above) ** (size - 3)
    others = np.ones_like(above)  # in the first panel nothing else can be as large
    if size > 3:
        others[1:] = _others_below(size, edges, panels[1:], above[1:])
    return density * others * speed


def _others_below(size: int, edges: np.ndarray, panels: np.ndarray, above: np.ndarray) -> np.ndarray:
    """F_(m-1) at the angle that belongs to one `above` the beginning of a panel of m."""
    previous = maximum(size - 1)
    begin, angle = edges[panels], edges[panels] + above
    cosine = math.sqrt(size / (size - 2.0)) / np.tan(angle)
    # 1 - cosine^2 and the distance from the edge, written so that nothing cancels near an edge.
    over_second = begin - edges[1] + above
    sine = np.sqrt((2.0 * size - 2.0) / (size - 2.0) * np.sin(angle + edges[1]) * np.sin(over_second))
    other = np.arctan2(sine / np.sin(angle), cosine)
    fall = math.sqrt(size / (size - 2.0)) * np.sin(above) / (np.sin(begin) * np.sin(angle))
    middle = np.sin((previous.edges[panels - 1] + other) / 2.0)
    return _below(previous, panels - 1, 2.0 * np.arcsin(fall / (2.0 * middle)))


def _below(table: Maximum, panel: np.ndarray, above: np.ndarray) -> np.ndarray:
    """F_m at an angle so much above the beginning of a panel."""
    share = np.clip(above / np.diff(table.edges)[panel], 0.0, 1.0)
    at = 2.0 * np.where(panel == 0, share, np.sqrt(share)) - 1.0
    later, sum_ = np.zeros_like(at), np.zeros_like(at)
    for coefficient in table.coefficients[:0:-1]:
        sum_, later = coefficient[panel] + 2.0 * at * sum_ - later, sum_
    held = table.coefficients[0][panel] + at * sum_ - later
    return np.maximum(held, 0.0) ** table.root


def _chebyshev_points() -> np.ndarray:
    return (np.cos(math.pi * (np.arange(_POINTS) + 0.5) / _POINTS) + 1.0) / 2.0
