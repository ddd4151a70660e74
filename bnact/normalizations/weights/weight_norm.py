"""Weight normalization: the length of each output's weights apart from their direction."""

import math

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
        wide = wide_kernel(name, kernel, params)
        return scaled_outputs(params, directions(wide, input_axes(wide))).astype(kernel.dtype), state

    return WeightNormalization(init, apply)


def directions(kernel: Array, axes: tuple[int, ...], epsilon: float = 0.0) -> Array:
    """The kernel divided by its lengths, v / sqrt(sum(v^2) + epsilon), and 0 where that root is 0.

    Args:
      kernel: float32 or wider, any shape.
      axes: over which a length is taken.
      epsilon: not negative, in units of the squares.

    Returns:
      Array of the kernel's shape and dtype.
    """
    near_one, size = brought_to_one(kernel, axes)
    squares = jnp.sum(jnp.square(near_one), axes, keepdims=True)
    return near_one * inverse_deviation(squares + jnp.square(math.sqrt(epsilon) / size), 0.0)
