"""The arithmetic that every norm shares: subtract, divide, scale, shift, and round once."""

import jax.numpy as jnp
from jax.typing import DTypeLike

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
    gain, params = gain_and_rest(params, axes, x.ndim, statistics.mean.dtype)
    divisor = jnp.expand_dims(inverse_deviation(statistics.variance, epsilon), axes)
    y = affine(params, deviation(x, statistics, axes) * (divisor * gain)).astype(x.dtype)
    return behind_mask_zero(y, mask)


def gain_and_rest(params: Affine, axes: tuple[int, ...], ndim: int, dtype: DTypeLike) -> tuple[Array, Affine]:
    """The scale as a factor of the statistics, where it is one number for each; and what is left to apply.

    Args:
      params: scale and bias, each None or of a shape that broadcasts to the last of `ndim` axes.
      axes: those over which the statistics are taken.
      ndim: of what is normalized.
      dtype: of the statistics.

    Returns:
      A factor with `ndim` axes, 1 where the scale differs along `axes` or there is none, and the parameters
      without what is in it.
    """
    if params.scale is not None:
        shape = (1,) * (ndim - params.scale.ndim) + params.scale.shape
        if all(shape[axis] == 1 for axis in axes):
            return jnp.reshape(params.scale.astype(dtype), shape), params._replace(scale=None)
    return jnp.ones((1,) * ndim, dtype), params


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
