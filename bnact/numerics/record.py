"""The moments of a set of values, as one record."""

from typing import NamedTuple

import jax.numpy as jnp

from bnact.types import Array


class Moments(NamedTuple):
    """The count, mean and sum of squared deviations of a set of values.

    The mean is `mean + correction`, a number of twice the precision: at a mean of 1e7 times the spread the
    nearest float32 is off by half a spread, and the correction is what it misses.

    Attributes:
      count: how many values, in the statistics' dtype.
      mean: the mean rounded to the statistics' dtype, or 0 where the count is 0 or about zero was asked.
      squares: sum of squared deviations from `mean + correction`.
      correction: the mean less `mean`.
    """

    count: Array  # pyright: ignore[reportIncompatibleMethodOverride]
    mean: Array
    squares: Array
    correction: Array

    @property
    def variance(self) -> Array:
        """The biased variance, squares / count; 0 where the count is 0."""
        return self.squares / jnp.maximum(self.count, 1)
