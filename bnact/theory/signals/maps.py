"""What one wide random layer makes of variances, means and correlations.

A layer is h = W phi(u) + b, u the pre-activations, weights of variance weight_variance / width and biases
of variance bias_variance, all independent. As the width grows, the units of h become normal, and the maps
here become exact.

Source: Poole, Lahiri, Raghu, Sohl-Dickstein and Ganguli, Exponential expressivity in deep neural networks
through transient chaos, 2016; Schoenholz, Gilmer, Ganguli and Sohl-Dickstein, Deep information propagation,
2017.
"""

from collections.abc import Callable

import numpy as np
from jax.typing import ArrayLike as FunctionValues
from numpy.typing import ArrayLike

from bnact.activations import Activation, get
from bnact.numerics.normal_expectation import normal_expectation
from bnact.numerics.pair_quadrature import pair_expectation
from bnact.theory.evaluation import (
    Numbers,
    correlations,
    finite,
    not_negative,
    number,
    positive,
    without_jumps,
)

from .normal_means import known, square_mean_slopes, square_means
from .split_points import split_deviations, split_points


def variance_map(
    activation: str | Activation, variance: ArrayLike, weight_variance: ArrayLike, bias_variance: ArrayLike
) -> Numbers:
    """The variance after a layer: weight_variance E phi(sqrt(variance) z)^2 + bias_variance.

    Args:
      activation: a name in `ACTIVATIONS`, or an `Activation`.
      variance: of the pre-activations, not negative.
      weight_variance: of a weight times the width, not negative.
      bias_variance: of a bias, not negative. The three are broadcast against each other.

    Returns:
      The variance, to about 1e-11 of itself: a float for numbers, else float64.

    Raises:
      ValueError: an unknown activation; a variance is negative or not finite, or so large that the mean
        square of phi is no number.
    """
    phi = get(activation)
    before = not_negative("variance_map", "variance", variance)
    weights = not_negative("variance_map", "weight_variance", weight_variance)
    biases = not_negative("variance_map", "bias_variance", bias_variance)
    return number(weights * known("variance_map", "phi", phi, before, square_means) + biases)


def variance_slope(activation: str | Activation, variance: ArrayLike, weight_variance: ArrayLike) -> Numbers:
    """The derivative of the variance map: by how much a small change of variance grows in a layer.

    weight_variance E phi(u)^2 (u^2 / variance - 1) / (2 variance), by parts of the normal density, so that it
    holds for an activation that jumps too.

    Args:
      activation: a name in `ACTIVATIONS`, or an `Activation`.
      variance: of the pre-activations, positive.
      weight_variance: of a weight times the width, not negative; broadcast against `variance`.

    Returns:
      The slope: a float for numbers, else float64.

    Raises:
      ValueError: an unknown activation; a variance that is not as said, or too large.
    """
    phi = get(activation)
    before = positive("variance_slope", "variance", variance)
    weights = not_negative("variance_slope", "weight_variance", weight_variance)
    return number(weights * known("variance_slope", "phi", phi, before, square_mean_slopes))


def mean_map(activation: str | Activation, mean: ArrayLike, variance: ArrayLike) -> Numbers:
    """The mean of an activation: E phi(mean + sqrt(variance) z), z standard normal.

    It is `moment_map(activation, mean, variance).mean`, known too where the variance is not.

    Args:
      activation: a name in `ACTIVATIONS`, or an `Activation`.
      mean: of the input, finite.
      variance: of the input, not negative; broadcast against `mean`.

    Returns:
      The mean: a float for numbers, else float64.

    Raises:
      ValueError: an unknown activation; a variance is negative or something not finite.
    """
    phi = get(activation)
    deviation = np.sqrt(not_negative("mean_map", "variance", variance))
    return normal_expectation(phi, finite("mean_map", "mean", mean), deviation, split_points(phi))


def correlation_map(
    activation: str | Activation,
    correlation: ArrayLike,
    variance: ArrayLike,
    weight_variance: ArrayLike,
    bias_variance: ArrayLike,
) -> Numbers:
    """The correlation of two inputs after a layer.

    (weight_variance E phi(u1) phi(u2) + bias_variance) / variance_map, u1 and u2 with the one variance and
    the correlation. At correlation 1 it is 1.

    Args:
      activation: a name in `ACTIVATIONS`, or an `Activation`.
      correlation: of the two inputs' pre-activations, within [-1, 1].
      variance: of each of them, positive.
      weight_variance: of a weight times the width, not negative.
      bias_variance: of a bias, not negative. The four are broadcast against each other.

    Returns:
      The correlation: a float for numbers, else float64.

    Raises:
      ValueError: an unknown activation; an argument that is not as said; a layer whose output is 0.
    """
    phi = get(activation)
    between = correlations("correlation_map", correlation)
    before = positive("correlation_map", "variance", variance)
    weights = not_negative("correlation_map", "weight_variance", weight_variance)
    biases = not_negative("correlation_map", "bias_variance", bias_variance)
    after = positive(
        "correlation_map", "the variance after the layer", variance_map(phi, before, weights, biases)
    )
    mean = (weights * _pair_mean(phi, phi, between, before) + biases) / after
    return number(np.clip(mean, -1.0, 1.0))


def correlation_slope(
    activation: str | Activation, correlation: ArrayLike, variance: ArrayLike, weight_variance: ArrayLike
) -> Numbers:
    """weight_variance E phi'(u1) phi'(u2): the slope of the correlation map at a fixed variance.

    At correlation 1 it is chi_1, the growth of a squared gradient over a layer. Where the variance is not
    fixed, the correlation map's own derivative is this times variance / variance_map.

    Args:
      activation: a name in `ACTIVATIONS`, or an `Activation`.
      correlation: of the two inputs' pre-activations, within [-1, 1].
      variance: of each of them, positive.
      weight_variance: of a weight times the width, not negative. The three are broadcast.

    Returns:
      The slope: a float for numbers, else float64.

    Raises:
      ValueError: an unknown activation, or one that jumps; an argument that is not as said.
    """
    phi = without_jumps("correlation_slope", activation)
    between = correlations("correlation_slope", correlation)
    before = positive("correlation_slope", "variance", variance)
    weights = not_negative("correlation_slope", "weight_variance", weight_variance)
    return number(weights * _pair_mean(phi, phi.derivative, between, before))


def _pair_mean(
    phi: Activation,
    fn: Callable[[np.ndarray], FunctionValues],
    correlation: np.ndarray,
    variance: np.ndarray,
) -> np.ndarray:
    """E fn(u1) fn(u2) for every correlation and variance, for fn = phi or its derivative."""
    between, before = np.broadcast_arrays(correlation, variance)
    means = np.empty(before.shape)
    for value in np.unique(before):
        deviation, here = float(np.sqrt(value)), before == value
        kinks = split_deviations(phi, deviation)
        scaled = _scaled(fn, deviation)
        means[here] = pair_expectation(scaled, scaled, between[here], kinks, kinks)
    return means


def _scaled(
    fn: Callable[[np.ndarray], FunctionValues], deviation: float
) -> Callable[[np.ndarray], FunctionValues]:
    return lambda z: fn(deviation * z)
