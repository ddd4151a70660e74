"""sqrt(x^2 + offset) for every finite x, also where x^2 is none."""

import jax.numpy as jnp

from bnact.types import Array

# Beyond them x^2 + 1 is still a finite number, and its reciprocal is below the smallest normal one.
_BOUNDS = {"float32": 1.5 * 2.0**63, "float64": 1.5 * 2.0**511}


def square_bounded(x: Array) -> Array:
    """Clips x to where x^2 is finite and 1 / x^2 underflows, NaN kept; float32 and float64."""
    bound = _BOUNDS[x.dtype.name]
    return jnp.clip(x, -bound, bound)


def root_of_square_plus(x: Array, offset: float) -> Array:
    """sqrt(x^2 + offset), |x| where the offset is far below the last place of x^2.

    Args:
      x: float32 or float64; infinity gives infinity.
      offset: between 0 and a million.

    Returns:
      The root, to 1.5 units of the last place.
    """
    near = square_bounded(x)
    size = jnp.abs(x)
    return jnp.where(size > _BOUNDS[x.dtype.name], size, jnp.sqrt(near * near + offset))
