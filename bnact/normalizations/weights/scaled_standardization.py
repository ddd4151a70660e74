"""Scaled weight standardization: each output's weights with mean 0, and the variance a layer's gain asks."""

import jax.numpy as jnp

from bnact.normalizations.border import checked_epsilon, checked_positive
from bnact.normalizations.weights.kernels import (
    checked_fan_in,
    fan_in,
    input_axes,
    scaled_outputs,
    wide_kernel,
)
from bnact.normalizations.weights.weight_normalization import OutputScale, WeightNormalization
from bnact.numerics.moments import deviation, inverse_deviation, moments
from bnact.types import Array, Key


def scaled_weight_standardization(
    gain: float = 1.0, epsilon: float = 1e-4, use_scale: bool = True
) -> WeightNormalization:
    """Scaled weight standardization: gain * scale * (w - mean) / sqrt(max(variance * fan_in, epsilon)).

    Mean and variance (biased) are those of the weights of one output feature, and fan_in is how many those
    are. With scale 1 and inputs that are independent, of mean square 1, every output has variance gain^2.
    An output whose weights are all equal becomes 0, with epsilon 0 too, and its gradient is 0 then.

    Args:
      gain: the activation's, such as `bnact.theory.gain("relu")` before a layer of relus; 1 where the
        activation is scaled itself.
      epsilon: the least variance * fan_in that is divided by; 1e-4 as in the authors' code.
      use_scale: whether to learn a scale for each output, 1 at first.

    Returns:
      WeightNormalization whose state is (). Both functions raise ValueError for a kernel of one weight an
      output.

    Raises:
      ValueError: gain is not above 0, or epsilon is negative.

    Source: Brock, De, Smith, "Characterizing signal propagation to close the performance gap in unnormalized
    ResNets", 2021; Brock, De, Smith, Simonyan, "High-performance large-scale image recognition without
    normalization", 2021.
    """
    name = "scaled_weight_standardization"
    checked_positive(name, gain=gain)
    checked_epsilon(name, epsilon)

    def init(kernel: Array, key: Key) -> tuple[OutputScale, tuple[()]]:
        del key
        wide = wide_kernel(name, kernel)
        checked_fan_in(name, wide)
        return OutputScale(jnp.ones(wide.shape[-1:], wide.dtype) if use_scale else None), ()

    def apply(
        params: OutputScale, state: tuple[()], kernel: Array, train: bool = True
    ) -> tuple[Array, tuple[()]]:
        del train
        wide = wide_kernel(name, kernel, params)
        checked_fan_in(name, wide)
        axes = input_axes(wide)
        statistics = moments(wide, axes)
        spread = statistics.variance * fan_in(wide)
        divisor = inverse_deviation(jnp.where(spread > epsilon, spread, epsilon), 0.0)
        standard = deviation(wide, statistics, axes) * jnp.expand_dims(divisor, axes)
        return scaled_outputs(params, standard * gain).astype(kernel.dtype), state

    return WeightNormalization(init, apply)
