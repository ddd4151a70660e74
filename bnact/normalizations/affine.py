"""The learned scale and shift of each feature that follow a standardization."""

from typing import NamedTuple

import jax.numpy as jnp

from bnact.types import Array


class Affine(NamedTuple):
    """Parameters of x * scale + bias.

    Attributes:
      scale: (features,), or None for 1.
      bias: (features,), or None for 0.
    """

    scale: Array | None
    bias: Array | None


def initial_affine(num_features: int, use_scale: bool, use_bias: bool) -> Affine:
    """Scale 1 and bias 0 in float32, where used.

    Args:
      num_features: length of both.
      use_scale: whether there is a scale.
      use_bias: whether there is a bias.

    Returns:
      Affine parameters that change nothing.
    """
    scale = jnp.ones(num_features, jnp.float32) if use_scale else None
    bias = jnp.zeros(num_features, jnp.float32) if use_bias else None
    return Affine(scale, bias)


def affine(params: Affine, x: Array) -> Array:
    """Scaled and shifted features, x * scale + bias, in x's dtype.

    Args:
      params: scale and bias, each (features,) or None.
      x: (..., features).

    Returns:
      Array of x's shape and dtype.
    """
    if params.scale is not None:
        x = x * over_leading(params.scale, x)
    if params.bias is not None:
        x = x + over_leading(params.bias, x)
    return x


def over_leading(parameter: Array, x: Array) -> Array:
    """A parameter of the features in x's dtype, shaped to meet every leading axis of x.

    Args:
      parameter: (features,), or of any shape that broadcasts to x's last axes.
      x: (..., features).

    Returns:
      Array of shape (1, ..., 1, features) with x's number of axes.
    """
    return jnp.expand_dims(parameter.astype(x.dtype), tuple(range(x.ndim - parameter.ndim)))
