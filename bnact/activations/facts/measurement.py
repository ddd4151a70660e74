"""The facts about a curve, found by looking at it in float64 at some hundred thousand points."""

import math
from collections.abc import Callable

import numpy as np

from bnact.activations.activation import Interval, Monotone, Symmetry
from bnact.activations.rule import Curve

from .abruptness import Sampled, candidates
from .scale import UNIT, Facts, Scale

STEP = 1e-6
JUMP = 1e-3
NEAR = 4.0
"""Within it no activation has rounded to its limit yet."""

_REACH = 20.0
_NEXT = 5e-4
_FAR = 1e300
_LARGE = 100.0
_STEEPEST = 1e12
"""A larger slope is that of a singularity."""


def measured_facts(curve: Curve, scale: Scale = UNIT, points: tuple[float, ...] = ()) -> Facts:
    """The facts about a curve, looked at on one scale.

    In units of that scale, jumps, kinks and breakpoints are looked for at the multiples of 0.001 within 10 of
    zero, and wherever value or derivative changes abruptly within 1000 (two such places within 0.001 count
    as one). Whether an end of the range is reached is looked at up to the outermost of them or 4. What
    oscillates counts as if it went on for ever.

    Args:
      curve: the function and its derivatives.
      scale: of what happens; the default is near 1.
      points: where to look for jumps, kinks and breakpoints besides.

    Returns:
      The facts, numbers to about 1e-14 of the scale.
    """
    return scale.facts_of_curve(_facts(lambda number: scale.order(curve, number), scale.inputs(points)))


def _facts(order: Callable[[int], Sampled], points: np.ndarray) -> Facts:
    value, derivative = order(0), order(1)
    x = _besides(candidates((value, derivative)), points)
    jumps = _jumps(value, x)
    kinks = tuple(sorted({*jumps, *_slope_jumps(value, x)}))
    breakpoints = tuple(sorted({*kinks, *_slope_jumps(derivative, x), *_slope_jumps(order(2), x)}))
    limits = _limit(value, -1.0), _limit(value, 1.0)
    ends = _range(value, limits, jumps)
    flat = _flat(derivative, breakpoints)
    return Facts(
        range=ends,
        attained=_attained(value, ends, breakpoints),
        limits=limits,
        lipschitz=math.inf if jumps else _lipschitz(derivative, kinks),
        monotone=_monotone(value, strictly=not flat),
        symmetry=_symmetry(value),
        jumps=jumps,
        kinks=kinks,
        breakpoints=breakpoints,
        flat=flat,
    )


def _besides(x: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The points, and of x what is not next to one of them: there it would be found twice."""
    near = np.min(np.abs(x[:, None] - points), axis=1, initial=math.inf) < _NEXT
    return np.unique(np.concatenate([x[~near], points]))


def grid() -> np.ndarray:
    """Thousandths within 30, exactly as written, and half decades far out."""
    near = np.arange(-30_000, 30_001) / 1000.0
    far = 10.0 ** np.arange(1.5, 300.5, 0.5)
    return np.concatenate([-far[::-1], near, far])


def _limit(value: Sampled, sign: float) -> float:
    """Of the value at an infinity: infinite where it still grows at 1e300, NaN where it still varies."""
    last = value(sign * np.array([1e150, 0.9 * _FAR, 0.99 * _FAR, _FAR]))
    if not np.isfinite(last[-1]) or abs(last[-1]) > max(_LARGE, 1.5 * abs(last[0])):
        return math.copysign(math.inf, last[-1])
    return float(last[-1]) + 0.0 if np.ptp(last) < 1e-9 else math.nan


def _range(value: Sampled, limits: Interval, jumps: tuple[float, ...]) -> Interval:
    low, high = -_refined(lambda x: -value(x), grid()), _refined(value, grid())
    others = [*_numbers(limits), *map(float, value(_beside(jumps)))]
    return min([low, *others]) + 0.0, max([high, *others]) + 0.0


def _beside(points: tuple[float, ...]) -> np.ndarray:
    """The numbers next to the points on either side: there what jumps comes closest to its ends."""
    at, least = np.array(points, np.float64), np.finfo(np.float64).tiny
    # The numbers next to 0 count as 0.
    left, right = (np.where(at == 0.0, sign * least, np.nextafter(at, sign * np.inf)) for sign in (-1.0, 1.0))
    return np.concatenate([left, right])


def _numbers(limits: Interval) -> list[float]:
    return [limit for limit in limits if not math.isnan(limit)]


def _refined(fn: Sampled, x: np.ndarray) -> float:
    """The largest value of fn and of its closer look around the largest on the grid."""
    values = np.where(np.isnan(fn(x)), -np.inf, fn(x))
    peak = x[np.argmax(values)]
    for width in (2e-3, 2e-6):
        around = peak + np.linspace(-width, width, 4001)
        peak = around[np.argmax(fn(around))]
    return float(max(fn(np.array([peak]))[0], values.max()))


def _attained(value: Sampled, ends: Interval, breakpoints: tuple[float, ...]) -> tuple[bool, bool]:
    x = np.concatenate([np.arange(-4000, 4001) / 1000.0, breakpoints])
    reach = float(np.max(np.abs(x)))

    def within(sign: float) -> float:
        return sign * _refined(lambda x: sign * value(np.clip(x, -reach, reach)), x)

    return within(-1.0) <= ends[0] + 2e-16, within(1.0) >= ends[1] - 2e-16


def _lipschitz(derivative: Sampled, kinks: tuple[float, ...]) -> float:
    steepest = np.max(np.abs(derivative(_beside(kinks))), initial=0.0)
    largest = max(_refined(lambda x: np.abs(derivative(x)), grid()), float(steepest))
    return math.inf if largest > _STEEPEST or _grows(derivative) else largest


def _grows(derivative: Sampled) -> bool:
    """Whether the slope is larger beyond 1e150 than up to there: it has no bound then, however slow it is."""
    x = grid()
    size = np.abs(derivative(x))
    far = np.abs(x) > math.sqrt(_FAR)
    return not np.max(size[far]) <= 1.25 * np.max(size[~far])


def _beyond() -> np.ndarray:
    """Some numbers beyond those looked at closely."""
    return np.geomspace(_REACH, 600.0, 200)


def _monotone(value: Sampled, strictly: bool) -> Monotone:
    if strictly and np.all(np.diff(value(np.linspace(-NEAR, NEAR, 2001))) > 0):
        return "strictly"
    x = np.concatenate([-_beyond()[::-1], np.arange(-_REACH, _REACH, 1e-3), _beyond()])
    return "weakly" if np.all(np.diff(value(x)) >= 0) else "no"


def _symmetry(value: Sampled) -> Symmetry:
    x = np.concatenate([np.arange(1, 20_001) / 1000.0 + 1e-4, _beyond()])
    right, left = value(x), value(-x)
    scale = np.maximum(np.abs(right), 1.0)
    if np.all(np.abs(right + left) <= 1e-14 * scale) and abs(value(np.zeros(1))[0]) <= 1e-14:
        return "odd"
    return "even" if np.all(np.abs(right - left) <= 1e-14 * scale) else "none"


def _jumps(value: Sampled, x: np.ndarray) -> tuple[float, ...]:
    return _points(x[np.abs(_without_growth(lambda step: value(x + step) - value(x - step))) > JUMP])


def _slope_jumps(fn: Sampled, x: np.ndarray) -> tuple[float, ...]:
    def bend(step: float) -> np.ndarray:
        before, middle, after = (fn(x + shift) for shift in (-step, 0.0, step))
        return (after - 2.0 * middle + before) / step

    return _points(x[np.abs(_without_growth(bend)) > JUMP])


def _without_growth(change: Callable[[float], np.ndarray]) -> np.ndarray:
    """A change over a small step less what is proportional to the step: that is no jump, only steep."""
    return 2.0 * change(STEP / 2.0) - change(STEP)


def _points(x: np.ndarray) -> tuple[float, ...]:
    return tuple(float(point) for point in x)


def _flat(derivative: Sampled, breakpoints: tuple[float, ...]) -> tuple[Interval, ...]:
    """Intervals of more than one point of a grid where the derivative is exactly zero, with their ends.

    At an end where the derivative jumps it may have the value of the other side.
    """
    x = np.arange(-20_000, 20_001) / 1000.0
    is_zero = derivative(x) == 0.0
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_zero, [False]]).astype(int)))

    def end(position: int, outward: int) -> float:
        here = float(x[position])
        reach = math.inf if position in (0, x.size - 1) else 1.5e-3
        beside = [point for point in breakpoints if 0.0 <= outward * (point - here) < reach]
        return min(
            beside, key=lambda point: abs(point - here), default=here if reach < 1.0 else outward * reach
        )

    runs = [(first, last - 1) for first, last in edges.reshape(-1, 2) if last - first > 1]
    return tuple((end(first, -1), end(last, 1)) for first, last in runs)
