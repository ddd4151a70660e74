"""The arithmetic that every norm shares: subtract, divide, scale, shift, and round once."""

import jax.numpy as jnp

from bnact.normalizations.affine import Affine, affine
from bnact.numerics.moments import Moments, deviation, inverse_deviation
from bnact.types import Array


def standardized(x: Array, statistics: Moments, axes: tuple[int, ...], epsilon: float) -> Array:
    """(x - mean) / sqrt(variance + epsilon), and 0 where the variance and epsilon are both 0.

    Args:
      x: floating, any shape.
      statistics: of x's shape without `axes`.
      axes: the axes over which the statistics were taken.
      epsilon: not negative, in units of the variance.

    Returns:
      Array of x's shape in the statistics' dtype.
    """
    divisor = inverse_deviation(statistics.variance, epsilon)
    return deviation(x, statistics, axes) * jnp.expand_dims(divisor, axes)


def normalized(
    x: Array, statistics: Moments, axes: tuple[int, ...], epsilon: float, params: Affine, mask: Array | None
) -> Array:
    """The standardized x with scale and bias, 0 behind the mask, rounded once to x's dtype.

    Args:
      x: (..., features), finite behind the mask.
      statistics: of x's shape without `axes`.
      axes: the axes over which the statistics were taken.
      epsilon: not negative, in units of the variance.
      params: scale and bias.
      mask: boolean of x's shape, or None.

    Returns:
      Array of x's shape and dtype.
    """
    y = affine(params, standardized(x, statistics, axes, epsilon)).astype(x.dtype)
    return behind_mask_zero(y, mask)


def standard_deviation(variance: Array, epsilon: float) -> Array:
    """sqrt(variance + epsilon), with derivative 0 where that sum is 0.

    Args:
      variance: not negative, any shape.
      epsilon: not negative, in units of the variance.

    Returns:
      Array of the variance's shape and dtype.
    """
    return (variance + epsilon) * inverse_deviation(variance, epsilon)


def quotient(x: Array, divisor: Array) -> Array:
    """x / divisor, and 0, with derivative 0, where the divisor is 0; of one shape and dtype."""
    positive = divisor > 0
    return jnp.where(positive, x / jnp.where(positive, divisor, 1), 0)


def behind_mask_zero(x: Array, mask: Array | None) -> Array:
    """The values where the mask is True, 0 elsewhere; all of them without a mask."""
    return x if mask is None else jnp.where(mask, x, jnp.zeros_like(x))
