"""The variance that a wide random layer leaves as it is."""

from typing import NamedTuple

import numpy as np

from bnact.activations import Activation
from bnact.numerics.brackets import brackets
from bnact.numerics.roots import root_between

from .normal_means import square_mean_slopes, square_means

MARGIN = 1e-10
"""A slope or a growth of variance nearer to 1 than this is 1, as far as the quadrature knows."""

_RATIO = 1.2
_UP, _DOWN = _RATIO ** np.arange(127.0), _RATIO ** -np.arange(178.0)  # to 1e10, and to 1e-14


class Layer(NamedTuple):
    """A wide random layer.

    Attributes:
      activation: phi.
      weight_variance: of a weight times the width, positive.
      bias_variance: of a bias, not negative.
    """

    activation: Activation
    weight_variance: float
    bias_variance: float


def fixed_variance(layer: Layer) -> float:
    """The stable fixed point of the variance map next to 1, on the side to which the map moves 1.

    Of an increasing map that is where iteration from variance 1 goes. Variances are looked at in steps of
    20 %, so of fixed points nearer to each other than that one may be passed over. Where the map only touches
    the identity, and so stops iteration from one side, is seen.

    Args:
      layer: the layer, given again and again.

    Returns:
      The variance; 1 where the map does not move 1.

    Raises:
      ValueError: iteration from variance 1 diverges, collapses to 0, or is driven off the fixed point.
    """
    start = float(_growth(layer, np.ones(1))[0])
    found = 1.0 if abs(start) <= MARGIN else _next_fixed(layer, up=start > 0.0)
    if found is None:
        raise _lost(layer, "diverges" if start > 0.0 else "collapses to 0")
    if abs(_slope(layer, found)) > 1.0 + MARGIN:
        raise _lost(layer, f"is driven off the fixed point {found:.6g}")
    return found


def _next_fixed(layer: Layer, up: bool) -> float | None:
    for low, high, crosses in brackets(lambda q: _growth(layer, q), _UP if up else _DOWN, MARGIN):
        if crosses:
            return root_between(lambda q: _growth_at(layer, q), low, high)
        touching = _touching(layer, low, high)
        if touching is not None:
            return touching
    return None


def _touching(layer: Layer, low: float, high: float) -> float | None:
    """Where the map touches the identity: its slope is 1 there."""
    if not (_slope(layer, low) - 1.0) * (_slope(layer, high) - 1.0) < 0.0:
        return None
    point = root_between(lambda q: _slope(layer, q) - 1.0, low, high)
    return point if abs(_growth_at(layer, point)) <= MARGIN else None


def _growth(layer: Layer, variance: np.ndarray) -> np.ndarray:
    """The relative change of variance; NaN where it is not known."""
    mean = square_means(layer.activation, variance)
    return (layer.weight_variance * mean + layer.bias_variance) / variance - 1.0


def _growth_at(layer: Layer, variance: float) -> float:
    return float(_growth(layer, np.array([variance]))[0])


def _slope(layer: Layer, variance: float) -> float:
    return layer.weight_variance * float(square_mean_slopes(layer.activation, np.array([variance]))[0])


def _lost(layer: Layer, what: str) -> ValueError:
    return ValueError(
        f"fixed_point: the variance must come to rest; got {layer.activation.name} with "
        f"weight_variance={layer.weight_variance}, bias_variance={layer.bias_variance}, where iteration from "
        f"variance 1 {what}; use a smaller weight variance if it grows, a larger weight or bias variance "
        "if it shrinks"
    )
