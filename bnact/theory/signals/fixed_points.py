"""Where variance and correlation come to rest in a deep wide random network, and how soon."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bnact.activations import Activation
from bnact.numerics.roots import root_between
from bnact.theory.evaluation import Numbers, not_negative, number, numbers_of, positive, without_jumps

from .fixed_variance import MARGIN, Layer, fixed_variance
from .maps import correlation_map, correlation_slope, variance_slope

# Where chi_1 is 1 + x the correlation map differs from the identity by a share of x^2, and rounding is 1e-15.
_HARDLY_CHAOTIC = 1e-6
_CLOSEST = 1e-8
_ERROR = 1e-14


class FixedPoint(NamedTuple):
    """The state that a deep network of one kind of layer comes to.

    Attributes:
      variance: of the pre-activations of every input.
      correlation: of two inputs, unless they were the same: 1 if chi_1 is at most 1.
      slope: chi_1, the correlation map's slope at correlation 1, by which a squared gradient grows a layer.
      depth_scale_variance: in layers: a small deviation of variance falls by e over so many.
      depth_scale_correlation: the same of the correlation; infinite where its slope is 1.
    """

    variance: Numbers
    correlation: Numbers
    slope: Numbers
    depth_scale_variance: Numbers
    depth_scale_correlation: Numbers


def fixed_point(
    activation: str | Activation, weight_variance: ArrayLike, bias_variance: ArrayLike
) -> FixedPoint:
    """Where variance and correlation come to rest: stable q = variance_map(q) and c = correlation_map(c).

    Of several variances it is the one next to 1 on the side to which the map moves 1: where iteration from
    variance 1 goes if the map increases. Where no variance moves, as for relu at weight variance 2 without
    bias, it is 1. The correlation is the limit from correlation 0. The depth scales are -1 / log(slope), with
    the slopes of the two maps at the two fixed points, in size. Where chi_1 is above 1 by less than 1e-6, the
    correlation is as near to 1, and given as 1.

    Args:
      activation: a name in `ACTIVATIONS`, or an `Activation` that does not jump.
      weight_variance: of a weight times the width, positive.
      bias_variance: of a bias, not negative; broadcast against `weight_variance`.

    Returns:
      The fixed point, to about 1e-10 of the variance: of floats for numbers, else of float64 arrays.

    Raises:
      ValueError: an unknown activation, or one that jumps; a variance that is not as said; no stable
        variance: iteration from 1 diverges, collapses to 0, or is driven off.

    Source: Poole, Lahiri, Raghu, Sohl-Dickstein and Ganguli, Exponential expressivity in deep neural
    networks through transient chaos, 2016; Schoenholz, Gilmer, Ganguli and Sohl-Dickstein, Deep information
    propagation, 2017.
    """
    phi = without_jumps("fixed_point", activation)
    weights, biases = np.broadcast_arrays(
        positive("fixed_point", "weight_variance", weight_variance),
        not_negative("fixed_point", "bias_variance", bias_variance),
    )
    layers = (
        Layer(phi, *each) for each in zip(weights.ravel().tolist(), biases.ravel().tolist(), strict=True)
    )
    points = np.array([_fixed_point(layer) for layer in layers], np.float64).reshape(-1, 5)
    return FixedPoint(*(number(field.reshape(weights.shape)) for field in points.T))


def _fixed_point(layer: Layer) -> FixedPoint:
    variance = fixed_variance(layer)
    slope = _correlation_slope(layer, 1.0, variance)
    correlation = _fixed_correlation(layer, variance, slope)
    return FixedPoint(
        variance,
        correlation,
        slope,
        depth_scale(float(variance_slope(layer.activation, variance, layer.weight_variance))),
        depth_scale(_correlation_slope(layer, correlation, variance)),
    )


def depth_scale(slope: ArrayLike) -> Numbers:
    """Layers over which a deviation that is multiplied by the slope in each falls, or grows, by e.

    Args:
      slope: of a map at its fixed point, any shape.

    Returns:
      1 / |log |slope||; infinite where the slope is 1 as far as the quadrature knows, 0 where it is 0.
      A float for a number, else float64.

    Raises:
      ValueError: a slope is NaN.
    """
    size = np.abs(numbers_of("depth_scale", "slope", slope))
    if np.any(np.isnan(size)):
        raise ValueError(f"depth_scale: slope must be a number; got {slope}; leave out what is unknown")
    with np.errstate(divide="ignore"):
        scale = 1.0 / np.abs(np.log(size))
    return number(np.where(np.abs(size - 1.0) <= MARGIN, np.inf, scale))


def _fixed_correlation(layer: Layer, variance: float, slope: float) -> float:
    """Where iteration from correlation 0 goes: the map is increasing and convex on [0, 1]."""

    def movement(correlation: float) -> float:
        maps = layer.weight_variance, layer.bias_variance
        return float(correlation_map(layer.activation, correlation, variance, *maps)) - correlation

    if slope <= 1.0 + _HARDLY_CHAOTIC:
        return 1.0
    if movement(0.0) <= MARGIN:
        return 0.0
    distance = 0.5
    while movement(1.0 - distance) >= 0.0:
        distance /= 4.0
        if distance < _CLOSEST:
            return 1.0
    return root_between(movement, 0.0, 1.0 - distance, _ERROR)


def _correlation_slope(layer: Layer, correlation: float, variance: float) -> float:
    return float(correlation_slope(layer.activation, correlation, variance, layer.weight_variance))
