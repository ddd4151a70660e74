"""What the norms of weights share: what a kernel must be, and the axes of one output's weights."""

import math

import jax.numpy as jnp
from jax import lax

from bnact.normalizations.weights.weight_normalization import OutputScale
from bnact.numerics.moments import statistics_dtype
from bnact.types import Array


def wide_kernel(norm: str, kernel: Array, params: OutputScale | None = None) -> Array:
    """The kernel in float32 or wider, or an error unless its last axis is that of the parameters.

    Args:
      norm: for the error message.
      kernel: (..., outputs).
      params: the norm's parameters, where there are any yet.

    Returns:
      Array of the kernel's shape.

    Raises:
      TypeError: the kernel is not real floating.
      ValueError: it is a scalar, or has other outputs than the scale.
    """
    kernel = jnp.asarray(kernel)
    if not jnp.issubdtype(kernel.dtype, jnp.floating):
        raise TypeError(
            f"{norm}: kernel must be real floating; got {kernel.dtype}; use kernel.astype(jnp.float32)"
        )
    if kernel.ndim == 0:
        raise ValueError(
            f"{norm}: kernel must have its output features on the last axis; got a scalar; use kernel[None]"
        )
    scale = None if params is None else params.scale
    if scale is not None and scale.shape != kernel.shape[-1:]:
        raise ValueError(
            f"{norm}: kernel's last axis must match the parameters; got kernel of shape {kernel.shape}, "
            f"scale of shape {scale.shape}; use init(kernel, key), or move the outputs last"
        )
    return kernel.astype(statistics_dtype(kernel))


def fan_in(kernel: Array) -> int:
    """How many weights one output has."""
    return math.prod(kernel.shape[:-1])


def checked_fan_in(norm: str, kernel: Array) -> None:
    """Nothing, or a ValueError where an output has a single weight, which deviates from its mean by 0."""
    if fan_in(kernel) < 2:
        raise ValueError(
            f"{norm}: an output must have at least 2 weights, its own mean being taken off; got kernel of "
            f"shape {kernel.shape}; leave this kernel as it is, or use weight_norm"
        )


def input_axes(kernel: Array) -> tuple[int, ...]:
    """All axes but the last: those over which one output's weights lie."""
    return tuple(range(kernel.ndim - 1))


def brought_to_one(kernel: Array, axes: tuple[int, ...]) -> tuple[Array, Array]:
    """The kernel divided by its largest magnitude over the axes, and that magnitude, as a constant.

    Squares of what is left neither overflow nor all underflow. Zeros are divided by 1.

    Args:
      kernel: float32 or wider.
      axes: over which the magnitude is taken.

    Returns:
      (kernel / size, size), the size with the axes kept at length 1, and without a gradient.
    """
    size = jnp.max(jnp.abs(lax.stop_gradient(kernel)), axes, keepdims=True, initial=0)
    size = jnp.where(size > 0, size, 1)
    return kernel / size, size


def scaled_outputs(params: OutputScale, kernel: Array) -> Array:
    """kernel * scale over the last axis, in the kernel's dtype."""
    if params.scale is None:
        return kernel
    return kernel * jnp.expand_dims(params.scale.astype(kernel.dtype), input_axes(kernel))
