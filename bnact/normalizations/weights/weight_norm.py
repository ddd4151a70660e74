"""Weight normalization: the length of each output's weights apart from their direction."""

import jax.numpy as jnp

from bnact.normalizations.weights.kernels import (
    brought_to_one,
    input_axes,
    scaled_outputs,
    wide_kernel,
)
from bnact.normalizations.weights.weight_normalization import OutputScale, WeightNormalization
from bnact.numerics.moments import inverse_deviation
from bnact.types import Array, Key


def weight_norm(use_scale: bool = True) -> WeightNormalization:
    """Weight norm: w = scale * v / ||v||, where v are the weights of one output feature.

    The scale is the length of v at first, so that the kernel begins as what it was given as. An output whose
    weights are all 0 stays 0, and the gradient there is 0. Lengths are taken of v divided by its largest
    magnitude, so that none overflows or underflows.

    Args:
      use_scale: whether to learn a scale; without, every output's weights have length 1.

    Returns:
      WeightNormalization whose state is ().

    Source: Salimans, Kingma, "Weight normalization: a simple reparameterization to accelerate training of
    deep neural networks", 2016.
    """
    name = "weight_norm"

    def init(kernel: Array, key: Key) -> tuple[OutputScale, tuple[()]]:
        del key
        near_one, size = brought_to_one(wide := wide_kernel(name, kernel), input_axes(wide))
        lengths = jnp.sqrt(jnp.sum(jnp.square(near_one), input_axes(wide)))
        return OutputScale(lengths * jnp.reshape(size, lengths.shape) if use_scale else None), ()

    def apply(
        params: OutputScale, state: tuple[()], kernel: Array, train: bool = True
    ) -> tuple[Array, tuple[()]]:
        del train
        near_one, _ = brought_to_one(wide := wide_kernel(name, kernel, params), input_axes(wide))
        squares = jnp.sum(jnp.square(near_one), input_axes(wide), keepdims=True)
        direction = near_one * inverse_deviation(squares, 0.0)
        return scaled_outputs(params, direction).astype(kernel.dtype), state

    return WeightNormalization(init, apply)
