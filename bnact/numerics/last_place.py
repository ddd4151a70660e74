"""How far a number is from the truth, in units of the last place of its dtype."""

import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, DTypeLike


def units(values: ArrayLike, truth: ArrayLike, dtype: DTypeLike) -> np.ndarray:
    """Errors in units of the last place: |values - truth| over the spacing of numbers at the truth.

    An error up to the smallest normal number counts as 0: below it some machines round to 0. Where the truth
    is NaN any value is right. Where it is larger than every number of the dtype, infinity is right, and a
    number is held against the largest one.

    Args:
      values: any shape, what was computed, in any dtype.
      truth: what is right, in float64, of the same shape.
      dtype: whose last place; floating.

    Returns:
      float64 of the same shape; infinite where the value is NaN or infinite and the truth is not.
    """
    information = jnp.finfo(dtype)
    smallest, largest = float(information.smallest_normal), float(information.max)
    values, truth = np.asarray(values).astype(np.float64), np.asarray(truth, np.float64)
    nearest = np.clip(truth, -largest, largest)
    _, exponent = np.frexp(np.maximum(np.abs(nearest), smallest))
    with np.errstate(invalid="ignore"):
        error = np.abs(values - nearest)
    found = np.where(error <= smallest, 0.0, error / np.ldexp(1.0, exponent - 1 - information.nmant))
    found = np.where(np.isnan(values), np.inf, found)
    rightly_infinite = np.isinf(values) & (np.abs(truth) > largest) & (np.sign(values) == np.sign(truth))
    return np.where(rightly_infinite | np.isnan(truth), 0.0, found)
