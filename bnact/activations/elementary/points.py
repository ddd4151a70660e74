"""Points on the line that need not be numbers of the dtype: which numbers are above one, and how far.

The point 0.1 lies between two float32 numbers. Compared with its nearest one, that number itself would be
on the wrong side; with it subtracted, x - 0.1 would have no right digit where x is next to the point.
"""

import jax.numpy as jnp
import numpy as np
from jax.typing import DTypeLike

from bnact.types import Array


def above(x: Array, point: float) -> Array:
    """Whether x > point, exactly; False for NaN."""
    return x > rounded_down(point, x.dtype)


def minus(x: Array, point: float) -> Array:
    """The difference x - point, to one rounding wherever x and the point are near."""
    high = float(np.asarray(point, x.dtype))
    rest = point - high
    if rest == 0.0:
        return x - high
    # Of the point's sign where the rest matters: XLA would fold two constants into one.
    near = x > 0.0 if point > 0.0 else x < 0.0
    return (x - high) - jnp.where(near, rest, -rest).astype(x.dtype)


def nan_or(x: Array, value: Array) -> Array:
    """`value`, but NaN where x is NaN, which comparisons do not notice."""
    return jnp.where(jnp.isnan(x), x, value.astype(x.dtype))


def rounded_down(point: float, dtype: DTypeLike) -> float:
    """The largest number of the dtype that is not above the point."""
    nearest = np.asarray(point, dtype)
    return float(nearest if float(nearest) <= point else np.nextafter(nearest, np.asarray(-np.inf, dtype)))
