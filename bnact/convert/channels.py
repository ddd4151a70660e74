"""Where the channels of an input stand: on axis 1, as in torch, or last."""

from typing import Any

import jax.numpy as jnp
import numpy as np

from bnact.convert.arrays import plain
from bnact.types import Array


def channels_last(x: Any) -> Array:
    """(examples, channels, ...) as (examples, ..., channels).

    Args:
      x: at least two axes.

    Returns:
      Array of the same type.

    Raises:
      ValueError: fewer than two axes.
    """
    return jnp.asarray(np.moveaxis(_batch("channels_last", x), 1, -1))


def channels_first(x: Any) -> Array:
    """(examples, ..., channels) as (examples, channels, ...).

    Args:
      x: at least two axes.

    Returns:
      Array of the same type.

    Raises:
      ValueError: fewer than two axes.
    """
    return jnp.asarray(np.moveaxis(_batch("channels_first", x), -1, 1))


def _batch(caller: str, x: Any) -> np.ndarray:
    array = plain(x)
    if array.ndim < 2:
        raise ValueError(
            f"{caller}: x must be a batch, with examples on its first axis; got shape {array.shape}; use "
            f"x[None]"
        )
    return array
