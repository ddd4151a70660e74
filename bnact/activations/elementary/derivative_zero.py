"""A derivative near its zero, where its formula is a difference of nearly equal numbers.

There it is the distance from the zero times a polynomial of that distance. The zero is kept in two floats,
because the distance to the nearest number of the dtype is all that is left at the numbers beside it.
"""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from bnact.types import Array

from .polynomial import polynomial

# All terms of the series are right to 1e-15 that far.
_WIDTH_FLOAT64 = 0.2


class DerivativeZero(NamedTuple):
    """Where a derivative is zero, and its Taylor series there, computed in 60 digits.

    Attributes:
      root: the zero as a float64.
      rest: what that leaves out.
      coefficients: of the derivative over the distance from the zero, in powers of the distance.
      width: to either side, where the series is used in float32.
      terms: how many of the coefficients float32 needs within the width; float64 takes all.
    """

    root: float
    rest: float
    coefficients: tuple[float, ...]
    width: float = 0.25
    terms: int = 9

    def around(self, x: Array, formula: Array) -> Array:
        """The series within the width of the zero, the formula elsewhere; float32 and float64."""
        high = float(np.asarray(self.root, x.dtype))
        low = (self.root - high) + self.rest
        # Times x / root, which is 1 where the rest matters: XLA would fold two constants into one.
        distance = (x - high) - x * (low / high)
        single = x.dtype == jnp.float32
        width, terms = (self.width, self.terms) if single else (_WIDTH_FLOAT64, None)
        series = polynomial(self.coefficients[:terms], distance)
        return jnp.where(jnp.abs(distance) < width, distance * series, formula)
