"""On which scale a curve is looked at: softplus(100) bends within a hundredth, a hard tanh up to 30 at 30."""

import math
from typing import NamedTuple

import numpy as np

from bnact.activations.activation import Interval, Monotone, Symmetry
from bnact.activations.rule import Curve

from .abruptness import Sampled
from .sampling import sampled

# Scales are powers of it: a product with one is exact, and the usual activations, which end to bend between 1
# and 4, have scale 1.
_BASE = 4.0

_STEEPEST = 1e12

_CHANGE = 0.125

# So many of the largest sizes tell whether the slope has a limit.
_FAR = 32


class Facts(NamedTuple):
    """What `Activation` declares, as far as looking can tell; the fields are described there."""

    range: Interval
    attained: tuple[bool, bool]
    limits: Interval
    lipschitz: float
    monotone: Monotone
    symmetry: Symmetry
    jumps: tuple[float, ...]
    kinks: tuple[float, ...]
    breakpoints: tuple[float, ...]
    flat: tuple[Interval, ...]


class Scale(NamedTuple):
    """Units in which a curve is phi(x) = height g(x / width).

    Attributes:
      width: of x.
      height: of phi.
    """

    width: float
    height: float

    def order(self, curve: Curve, number: int) -> Sampled:
        """The derivative of that order of g."""
        factor = self.width**number / self.height
        return lambda x: factor * sampled(curve, self.width * np.asarray(x, np.float64))[number]

    def inputs(self, points: tuple[float, ...]) -> np.ndarray:
        """Inputs of phi as inputs of g."""
        return np.array(points, np.float64) / self.width

    def facts_of_curve(self, facts: Facts) -> Facts:
        """Facts about g as those about phi."""

        def stretched(numbers: tuple[float, ...], by: float) -> tuple[float, ...]:
            return tuple(number * by for number in numbers)

        return facts._replace(
            range=stretched(facts.range, self.height),
            limits=stretched(facts.limits, self.height),
            lipschitz=facts.lipschitz * self.height / self.width,
            jumps=stretched(facts.jumps, self.width),
            kinks=stretched(facts.kinks, self.width),
            breakpoints=stretched(facts.breakpoints, self.width),
            flat=tuple(stretched(interval, self.width) for interval in facts.flat),
        )


UNIT = Scale(1.0, 1.0)


def scale_of(curve: Curve, points: tuple[float, ...] = ()) -> Scale:
    """The scale on which the slope of a curve changes, and how much the curve changes on it.

    The width is half of how far from 0 the slope last differs from what it is far out by an eighth of what it
    ever changes; of two sides the larger. Where it has no limit but is bounded, as that of a sine, it is
    where it has first changed by a half; where it has no bound, or changes nowhere, 1. The height is the
    largest slope within eight widths, times the width.

    Args:
      curve: the function and its derivatives.
      points: where the slope is known to change, beside a grid over 16 decades.
    """
    size = np.geomspace(1e-8, 1e8, 513)
    known = np.abs(np.array(points, np.float64))
    size = np.unique(np.concatenate([size, *(known * (1.0 + shift) for shift in (-1e-9, 1e-9))]))
    size = size[size > 0.0]
    left, right = (sampled(curve, sign * size)[1] for sign in (-1.0, 1.0))
    width = _power(max(_width(size, left), _width(size, right)))
    near = np.abs(np.concatenate([side[size <= 8.0 * width] for side in (left, right)]))
    steepest = float(np.max(near[near < _STEEPEST], initial=0.0))
    return Scale(width, _power(steepest * width) if steepest > 0.0 else width)


def _width(size: np.ndarray, slope: np.ndarray) -> float:
    """0 if there is none."""
    change = np.abs(slope - slope[0])
    most = float(np.max(change))
    if not 0.0 < most < _STEEPEST or most > 1e6 * max(1.0, abs(float(slope[0]))):
        return 0.0
    if np.ptp(slope[-_FAR:]) > 0.1 * most:
        return float(size[np.argmax(change >= 0.5 * most)])
    return 0.5 * float(size[np.flatnonzero(np.abs(slope - slope[-1]) >= _CHANGE * most)[-1]])


def _power(number: float) -> float:
    """The nearest power of 4 to a positive number; 1 for 0."""
    return _BASE ** round(math.log(number, _BASE)) if number > 0.0 else 1.0
