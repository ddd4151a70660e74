"""The signal and its gradient, layer after layer."""

import math
from collections.abc import Iterator
from typing import NamedTuple

from .propagation import PROPAGATIONS, Layer, Signal, first_signal

# Whatever passes it has long been lost.
_LARGEST = 1e30
# A signal that changes by less has arrived; what is left of its way is below every error of a prediction.
_ARRIVED = 1e-10


class Step(NamedTuple):
    """One layer.

    Attributes:
      signal: its pre-activations.
      growth: the squared gradient by them over that by the next layer's.
    """

    signal: Signal
    growth: float


def steps(layer: Layer, norm: str, order: str) -> Iterator[Step]:
    """One layer after the other, without end, or until the variance leaves [1e-30, 1e30].

    It ends too where phi grows so fast that its mean square is beyond what can be computed.

    Args:
      layer: what all layers are made of.
      norm, order: a key of `PROPAGATIONS`.
    """
    propagation = PROPAGATIONS[norm, order]
    signal = first_signal(layer)
    while 1.0 / _LARGEST < signal.variance < _LARGEST:
        growth = propagation.growth(layer, signal)
        if not math.isfinite(growth):
            yield Step(signal, math.inf)
            return
        following = propagation.following(layer, signal)
        yield Step(signal, growth)
        while has_arrived(signal, following):
            yield Step(signal, growth)
        signal = following


def has_arrived(signal: Signal, following: Signal) -> bool:
    """Whether two signals in a row are the same within what a prediction can resolve."""
    return (
        abs(following.variance - signal.variance) <= _ARRIVED * signal.variance
        and abs(following.correlation - signal.correlation) <= _ARRIVED
    )
