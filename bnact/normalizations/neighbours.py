"""Every feature's neighbours: the features at most some places away."""

from collections.abc import Iterator

import jax.numpy as jnp
from jax import lax

from bnact.types import Array


def neighbours(x: Array, size: int) -> Iterator[Array]:
    """The arrays whose entry at a feature is x at one of its neighbours, itself among them.

    Args:
      x: (..., features).
      size: odd, how many neighbours there are; beyond the ends they are 0, or False.

    Yields:
      `size` arrays of x's shape.
    """
    features, reach = x.shape[-1], size // 2
    ends = [(0, 0, 0)] * (x.ndim - 1) + [(reach, reach, 0)]
    padded = lax.pad(x, jnp.zeros((), x.dtype), ends)
    for start in range(size):
        yield lax.slice_in_dim(padded, start, start + features, axis=-1)


def checked_window(norm: str, setting: str, size: int) -> None:
    """Nothing, or a ValueError unless the window is a whole number that reaches as far to both sides."""
    if isinstance(size, bool) or not isinstance(size, int) or size < 1 or size % 2 == 0:
        raise ValueError(
            f"{norm}: {setting} must be an odd whole number, as many features to both sides; got "
            f"{setting}={size!r}; use {setting}=5"
        )
