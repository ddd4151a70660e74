"""Kernels of dense maps and convolutions, between outputs first and features last."""

from typing import Any

import jax.numpy as jnp
import numpy as np

from bnact.convert.arrays import plain
from bnact.types import Array


def features_last_kernel(weight: Any) -> Array:
    """A kernel (outputs, inputs, ...) of torch or equinox as (..., inputs, outputs) of flax, haiku or keras.

    It holds of dense maps and of convolutions over any number of axes, with feature groups too (inputs are
    those of one group), but not of transposed convolutions.

    Args:
      weight: (outputs, inputs, *positions).

    Returns:
      Array (*positions, inputs, outputs).

    Raises:
      ValueError: fewer than two axes.
    """
    return jnp.asarray(np.moveaxis(_kernel("features_last_kernel", weight), (1, 0), (-2, -1)))


def outputs_first_kernel(kernel: Any) -> Array:
    """A kernel (..., inputs, outputs) of flax, haiku or keras as (outputs, inputs, ...) of torch or equinox.

    Args:
      kernel: (*positions, inputs, outputs).

    Returns:
      Array (outputs, inputs, *positions).

    Raises:
      ValueError: fewer than two axes.
    """
    return jnp.asarray(np.moveaxis(_kernel("outputs_first_kernel", kernel), (-2, -1), (1, 0)))


def depthwise_kernel(kernel: Any) -> Array:
    """A kernel of keras' depthwise convolution as that of a convolution with a feature group an input.

    Args:
      kernel: (*positions, inputs, multiplier).

    Returns:
      Array (*positions, 1, inputs * multiplier), for `feature_group_count=inputs`.

    Raises:
      ValueError: fewer than two axes.
    """
    array = _kernel("depthwise_kernel", kernel)
    return jnp.asarray(array.reshape(*array.shape[:-2], 1, -1))


def dense_after_flatten(weight: Any, channels: int, positions: tuple[int, ...]) -> Array:
    """The kernel of a dense map over flattened channels and positions, for the channels-last order of both.

    torch flattens (channels, *positions), we flatten (*positions, channels): another order of the inputs.

    Args:
      weight: (outputs, channels * positions), as in torch.
      channels: of the map that is flattened.
      positions: its axes of positions, as (height, width).

    Returns:
      Array (positions * channels, outputs).

    Raises:
      ValueError: the weight has another number of inputs.
    """
    array = _kernel("dense_after_flatten", weight)
    inputs = channels * int(np.prod(positions))
    if array.ndim != 2 or array.shape[1] != inputs:
        raise ValueError(
            f"dense_after_flatten: weight must be (outputs, channels * positions); got shape {array.shape}, "
            f"channels={channels}, positions={positions}; use the shape of the input of the flattening"
        )
    moved = np.moveaxis(array.reshape(-1, channels, *positions), (1, 0), (-2, -1))
    return jnp.asarray(moved.reshape(inputs, -1))


def _kernel(caller: str, kernel: Any) -> np.ndarray:
    array = plain(kernel)
    if array.ndim < 2:
        raise ValueError(
            f"{caller}: a kernel must have inputs and outputs; got shape {array.shape}; a bias needs no more "
            f"than reshape(-1)"
        )
    return array
