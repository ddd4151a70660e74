"""Where an activation turns, and the normal mass of what it maps below a level."""

import functools

import numpy as np
from jax.scipy.special import ndtr

from bnact.activations import Activation
from bnact.numerics.evaluation import evaluate

# The normal mass beyond 38 is below the smallest float64.
_REACH = 38.0
_SPACING = 1e-2
_BISECTIONS = 64
_CLOSE = 1e-12


@functools.lru_cache(maxsize=256)
def turning_points(activation: Activation) -> tuple[float, ...]:
    """Where the activation's derivative changes sign within [-38, 38], increasing; () if it is monotone.

    Found on a grid of spacing 0.01 and by bisection, to the last place of float64; a kink exactly. Two
    turning points closer than the spacing would be missed.
    """
    grid = np.arange(-_REACH, _REACH + _SPACING, _SPACING)
    signs = np.sign(evaluate(activation.derivative, grid))
    moving = np.flatnonzero(signs)  # a flat stretch belongs to what is before it
    before, after = moving[:-1], moving[1:]
    turns = signs[before] != signs[after]
    left, right, start = grid[before[turns]], grid[after[turns]], signs[before[turns]]
    for _ in range(_BISECTIONS):
        middle = (left + right) / 2.0
        same = np.sign(evaluate(activation.derivative, middle)) == start
        left, right = np.where(same, middle, left), np.where(same, right, middle)
    return tuple(_kink_at(activation, float(point)) for point in (left + right) / 2.0)


def falling_points(activation: Activation) -> tuple[float, ...]:
    """Where the activation turns, or jumps down; () if it decreases nowhere, or everywhere."""
    at = np.array(activation.jumps)
    before, after = (evaluate(activation, np.nextafter(at, end)) for end in (-np.inf, np.inf))
    down = (float(point) for point in at[after < before])
    return tuple(sorted((*turning_points(activation), *down)))


def mass_below(activation: Activation, level: np.ndarray, inclusive: bool) -> np.ndarray:
    """P(phi(z) <= level), or P(phi(z) < level) if not inclusive, z standard normal; shaped like level.

    On each piece between turning points and jumps the z that satisfy it are an interval, whose end is
    bisected.
    """
    level = level[..., None]
    left, right = (np.broadcast_arrays(level, ends)[1] for ends in _pieces(activation))

    def below(z: np.ndarray) -> np.ndarray:
        value = evaluate(activation, z)
        return value <= level if inclusive else value < level

    starts, ends = below(left), below(right)
    low, high = left, right
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2.0
        same = below(middle) == starts
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    crossing = evaluate(ndtr, np.where(starts == ends, right, (low + high) / 2.0))
    before, after = crossing - evaluate(ndtr, left), evaluate(ndtr, right) - crossing
    return np.sum(np.where(starts, before, 0.0) + np.where(ends, after, 0.0), axis=-1)


def _kink_at(activation: Activation, point: float) -> float:
    """The kink that a bisection has come to, or the point itself."""
    return min((kink for kink in activation.kinks if abs(kink - point) < _CLOSE), default=point)


def _pieces(activation: Activation) -> tuple[np.ndarray, np.ndarray]:
    """Left and right ends of the intervals on which the activation is continuous and monotone."""
    turns, jumps = (np.array(points, np.float64) for points in (turning_points(activation), activation.jumps))
    # A jump's own value may be that of either side, or neither: the pieces end next to it.
    left = [np.array([-_REACH]), turns, np.nextafter(jumps, np.inf)]
    right = [turns, np.nextafter(jumps, -np.inf), np.array([_REACH])]
    return np.sort(np.concatenate(left)), np.sort(np.concatenate(right))
