"""Which numbers an activation takes, and in which precision it computes."""

import jax.numpy as jnp
from jax.typing import ArrayLike

from bnact.types import Array


def floating(name: str, value: ArrayLike, argument: str = "x") -> Array:
    """The value as an array of real floating numbers.

    Args:
      name: the function that was called, for the error.
      value: what came.
      argument: what the function calls it.

    Returns:
      The array, its dtype kept.

    Raises:
      TypeError: complex, integer or boolean.
    """
    array = jnp.asarray(value)
    if not jnp.issubdtype(array.dtype, jnp.floating):
        raise TypeError(
            f"{name}: {argument} must be real floating point; got {array.dtype}; cast it, e.g. to float32"
        )
    return array


def widened(x: Array) -> Array:
    """float16 and bfloat16 as float32; float32 and float64 as they are."""
    return x.astype(jnp.float32) if jnp.finfo(x.dtype).bits < 32 else x


def finite(x: Array) -> Array:
    """Infinities as the largest finite numbers, NaN kept."""
    largest = float(jnp.finfo(x.dtype).max)
    return jnp.clip(x, -largest, largest)
