"""How often an activation is saturated: where its slope is a small share of its largest."""

import math

import numpy as np
from jax.scipy.special import ndtr

from bnact.activations import Activation, get, largest_slope
from bnact.probes.units import SATURATED_BELOW
from bnact.theory.evaluation import evaluate, one_number

from .batch_sizes import check_batch_size
from .normalized_moments import normalized_distribution

_REACH = 38.0
"""The normal mass beyond is below the smallest float64."""

_NEAR = 50.0
"""Where activations bend."""

_SPACING = 1e-2
_BISECTIONS = 60


def saturated_share(
    activation: str | Activation, scale: float = 1.0, shift: float = 0.0, batch_size: int | None = None
) -> float:
    """P(|phi'(scale z + shift)| is below `SATURATED_BELOW` of the largest slope), z standard normal.

    The share of (example, unit) pairs that `bnact.probes.units.saturated` counts in a wide layer: pairs, not
    units, below 1/20 of `largest_slope`. Normalized over a batch of B examples by their own statistics, z has
    the law of `normalized_distribution` instead. Where the slope crosses that level is bracketed on a grid of
    spacing 0.01 and bisected.

    Args:
      activation: a name in `ACTIVATIONS` or an `Activation`.
      scale: the norm's scale, or the standard deviation of what is activated; one number, 0 is allowed.
      shift: the norm's shift, called bias by its module, or the mean; one number.
      batch_size: B, at least 2, of the norm before the activation; None for an infinite one, or none.

    Returns:
      The probability, to about 1e-13. Two crossings less than 0.01 apart, or 0.01 scale beyond 50, may be
      missed: so for a periodic activation at a scale of a hundred.

    Raises:
      ValueError: an unknown activation, a scale or shift that is an array or not finite, a batch size
        below 2.
    """
    phi = get(activation)
    scale, shift = (
        one_number("saturated_share", "scale", scale),
        one_number("saturated_share", "shift", shift),
    )
    if not (math.isfinite(scale) and math.isfinite(shift)):
        raise ValueError(
            f"saturated_share: scale and shift must be finite; got scale={scale}, shift={shift}; "
            "pass the norm's own parameters"
        )
    size = None if batch_size is None else check_batch_size("saturated_share", batch_size)
    if scale == 0.0:
        return float(_saturated(phi, np.array([shift]))[0])
    if size == 2:
        return float(np.mean(_saturated(phi, shift + scale * np.array([-1.0, 1.0]))))
    inputs = _inputs(phi, abs(scale), shift)
    saturated = _saturated(phi, inputs)
    changes = np.flatnonzero(saturated[1:] != saturated[:-1])
    crossings = _crossings(phi, inputs[changes], inputs[changes + 1])
    ends = (np.array([-math.inf, *crossings, math.inf]) - shift) / abs(scale)
    below = evaluate(ndtr, ends) if size is None else np.asarray(normalized_distribution(ends, size))
    # Saturated and not take turns.
    return float(np.sum(np.diff(below)[0 if saturated[0] else 1 :: 2]))


def _saturated(phi: Activation, inputs: np.ndarray) -> np.ndarray:
    return np.abs(evaluate(phi.derivative, inputs)) < SATURATED_BELOW * largest_slope(phi)


def _inputs(phi: Activation, scale: float, shift: float) -> np.ndarray:
    """Where to look: near 0 and over all of the distribution, and on both sides of every break."""
    steps = np.arange(-_REACH, _REACH, _SPACING)
    near = np.arange(-_NEAR, _NEAR, _SPACING)
    breaks = np.array(phi.breakpoints, np.float64)
    beside = [np.nextafter(breaks, -math.inf), np.nextafter(breaks, math.inf)]
    inputs = np.unique(np.concatenate([shift + scale * steps, near, *beside]))
    # At a break itself the slope is that of either side, or of none.
    return inputs[~np.isin(inputs, breaks)]


def _crossings(phi: Activation, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    starts = _saturated(phi, left)
    for _ in range(_BISECTIONS):
        middle = left + (right - left) / 2.0
        same = _saturated(phi, middle) == starts
        left, right = np.where(same, middle, left), np.where(same, right, middle)
    return right
