"""How a signal goes through a layer and its gradient back, at initialization, for each norm and order.

A layer maps x to h = W x + b, and h to the next x by a norm and the activation phi in their order. Weights
are independent with variance sw2 / width, biases with variance sb2, and the width is large, so that over the
units h is normal. Its mean square over the units of one example is the variance q, the mean product of two
examples over it the correlation c; the inputs of the first layer have variance 1 and correlation 0.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from bnact.activations import Activation
from bnact.theory.rates.norm_after_rate import rate_of_batch, rate_of_infinite_batch
from bnact.theory.rates.symmetric_point import symmetric_point
from bnact.theory.signals.maps import correlation_map, mean_map
from bnact.theory.signals.normal_means import square_means, square_slope_means


class Layer(NamedTuple):
    """What a layer is made of.

    Attributes:
      activation: phi.
      weight_variance: sw2, of a weight times the layer's width.
      bias_variance: sb2.
      batch_size: examples in a batch; None for infinitely many.
    """

    activation: Activation
    weight_variance: float
    bias_variance: float
    batch_size: int | None


class Signal(NamedTuple):
    """The pre-activations h of a layer.

    Attributes:
      variance: q.
      correlation: c.
    """

    variance: float
    correlation: float


class Propagation(NamedTuple):
    """How signals go through layers with a norm in its place; NaN for a mean beyond what can be computed.

    Attributes:
      following: from a layer and its signal to the next layer's.
      growth: from a layer and its signal to the squared gradient by its h over that by the next layer's.
    """

    following: Callable[[Layer, Signal], Signal]
    growth: Callable[[Layer, Signal], float]


def first_signal(layer: Layer) -> Signal:
    """The signal of the first layer."""
    return _mapped(layer, 1.0, 0.0)


def _mapped(layer: Layer, square: float, product: float) -> Signal:
    """The signal that follows outputs of that mean square and mean product of two examples."""
    variance = layer.weight_variance * square + layer.bias_variance
    covariance = layer.weight_variance * product + layer.bias_variance
    return Signal(variance, covariance / variance if variance else 0.0)


def _square(layer: Layer, signal: Signal) -> float:
    """E phi(h)^2."""
    return float(square_means(layer.activation, np.array([signal.variance]))[0])


def _product(layer: Layer, signal: Signal, square: float) -> float:
    """E phi(h1) phi(h2), from E phi(h)^2."""
    if not 0.0 < square < np.inf:
        return square
    return square * float(correlation_map(layer.activation, signal.correlation, signal.variance, 1.0, 0.0))


def _without_norm(layer: Layer, signal: Signal) -> Signal:
    square = _square(layer, signal)
    return _mapped(layer, square, _product(layer, signal, square))


def _growth_without_norm(layer: Layer, signal: Signal) -> float:
    slopes = square_slope_means(layer.activation, np.array([signal.variance]))
    return layer.weight_variance * float(slopes[0])


# Over the features of a wide layer h has mean 0, so that layer and rms norm do the same to it: both divide by
# its root mean square, an example at a time.
def _example_norm_before(layer: Layer, signal: Signal) -> Signal:
    return _without_norm(layer, signal._replace(variance=1.0))


def _growth_with_example_norm_before(layer: Layer, signal: Signal) -> float:
    return _growth_without_norm(layer, signal._replace(variance=1.0)) / signal.variance


def _layer_norm_after(layer: Layer, signal: Signal) -> Signal:
    square, mean = _square(layer, signal), _mean(layer, signal)
    return _mapped(layer, 1.0, (_product(layer, signal, square) - mean**2) / (square - mean**2))


def _growth_with_layer_norm_after(layer: Layer, signal: Signal) -> float:
    square = _square(layer, signal)
    if not np.isfinite(square):
        return np.inf
    return _growth_without_norm(layer, signal) / (square - _mean(layer, signal) ** 2)


def _mean(layer: Layer, signal: Signal) -> float:
    """E phi(h)."""
    return float(mean_map(layer.activation, 0.0, signal.variance))


def _rms_norm_after(layer: Layer, signal: Signal) -> Signal:
    square = _square(layer, signal)
    return _mapped(layer, 1.0, _product(layer, signal, square) / square)


def _growth_with_rms_norm_after(layer: Layer, signal: Signal) -> float:
    return _growth_without_norm(layer, signal) / _square(layer, signal)


# What batch norm gives has the same law whatever it is given, as long as all examples are alike.
def _batch_norm_before(layer: Layer, signal: Signal) -> Signal:
    del signal
    point = symmetric_point(layer.activation, layer.batch_size)
    return _mapped(layer, point.variance, point.variance * point.correlation)


def _growth_with_batch_norm_before(layer: Layer, signal: Signal) -> float:
    # The rate is that of a layer after another; the norm of the first divides by another spread.
    point = symmetric_point(layer.activation, layer.batch_size)
    spread = layer.weight_variance * point.variance * (1.0 - point.correlation)
    return point.rate * spread / (signal.variance * (1.0 - signal.correlation))


def _batch_norm_after(layer: Layer, signal: Signal) -> Signal:
    del signal
    return _mapped(layer, 1.0, -1.0 / (layer.batch_size - 1) if layer.batch_size else 0.0)


def _growth_with_batch_norm_after(layer: Layer, signal: Signal) -> float:
    del signal  # of the first layer the examples are independent, of the others almost
    scale = layer.weight_variance**0.5
    # A bias of the linear map is to all examples what a shift of the norm before it would be.
    shift = layer.bias_variance**0.5 / scale
    if layer.batch_size is None:
        return rate_of_infinite_batch("predict", layer.activation, 1.0, shift, scale)
    return rate_of_batch("predict", layer.activation, layer.batch_size, 1.0, shift, scale)


PROPAGATIONS: Mapping[tuple[str, str], Propagation] = MappingProxyType(
    {
        ("none", "before"): Propagation(_without_norm, _growth_without_norm),
        ("batch", "before"): Propagation(_batch_norm_before, _growth_with_batch_norm_before),
        ("batch", "after"): Propagation(_batch_norm_after, _growth_with_batch_norm_after),
        ("layer", "before"): Propagation(_example_norm_before, _growth_with_example_norm_before),
        ("layer", "after"): Propagation(_layer_norm_after, _growth_with_layer_norm_after),
        ("rms", "before"): Propagation(_example_norm_before, _growth_with_example_norm_before),
        ("rms", "after"): Propagation(_rms_norm_after, _growth_with_rms_norm_after),
    }
)
"""By the norm's name in `bnact.normalizations.NORMALIZATIONS` and its place."""
