"""Filter response normalization with its thresholded linear unit."""

from typing import NamedTuple

import jax.numpy as jnp

from bnact.normalizations.affine import Affine, affine, over_leading
from bnact.normalizations.border import checked_epsilon
from bnact.normalizations.memoryless import memoryless
from bnact.normalizations.normalization import Normalization
from bnact.normalizations.positions import position_axes
from bnact.numerics.moments import inverse_deviation, moments
from bnact.types import Array


class FilterResponse(NamedTuple):
    """Parameters of filter response norm.

    Attributes:
      scale: (features,), 1 at first.
      bias: (features,), 0 at first.
      threshold: (features,), 0 at first; None without the threshold unit.
      extra_epsilon: (features,), 1e-4 at first: its size is added to epsilon; None where epsilon is fixed.
    """

    scale: Array
    bias: Array
    threshold: Array | None
    extra_epsilon: Array | None


def filter_response_norm(
    epsilon: float = 1e-6, use_threshold: bool = True, learned_epsilon: bool = False
) -> Normalization:
    """Filter response norm: y = max(x / sqrt(mean(x^2) + epsilon) * scale + bias, threshold).

    x is (examples, ..., features), and the mean is over the positions between the two, of each feature of
    each example. Where there is one position, or no axis of them, mean(x^2) is x^2 and x / |x| all but a
    sign: the case for which the paper has the learned epsilon. Where both sides of the maximum are equal,
    the gradient is the threshold's.

    Args:
      epsilon: added to the mean square; 1e-6 as in the paper.
      use_threshold: whether the thresholded linear unit follows, which is the activation of this norm.
      learned_epsilon: whether to learn a part of epsilon: epsilon + |extra_epsilon| is added.

    Returns:
      Normalization whose parameters are a `FilterResponse` and whose state is (); train and axis_name make
      no difference to it.

    Raises:
      ValueError: epsilon is negative.

    Source: Singh, Krishnan, "Filter response normalization layer: eliminating batch dependence in the
    training of deep neural networks", 2020.
    """
    name = "filter_response_norm"
    checked_epsilon(name, epsilon)

    def initial(num_features: int) -> FilterResponse:
        zeros, ones = jnp.zeros(num_features, jnp.float32), jnp.ones(num_features, jnp.float32)
        threshold = zeros if use_threshold else None
        return FilterResponse(ones, zeros, threshold, 1e-4 * ones if learned_epsilon else None)

    def formula(params: FilterResponse, x: Array, mask: Array | None) -> Array:
        axes = position_axes(x.ndim)
        square = jnp.expand_dims(moments(x, axes, mask, centered=False).variance, axes)
        if params.extra_epsilon is not None:
            square = square + over_leading(jnp.abs(params.extra_epsilon), x)
        y = affine(Affine(params.scale, params.bias), x * inverse_deviation(square, epsilon))
        if params.threshold is None:
            return y
        threshold = over_leading(params.threshold, x)
        return jnp.where(y > threshold, y, threshold)

    return memoryless(name, initial, formula)
