"""exp(-rate |x|) to the last place, whatever the rate.

Rounding rate |x| before exp costs as many units of the last place as the product is large, 44 where float32
ends; and so does a rate that is no number of the dtype. So both factors are split into a part of half the
digits and a rest. The product of the two parts is exact, and what is left is small enough for four terms of
the series of expm1.
"""

import math
from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from bnact.types import Array

from .exponentials import Exponential, exponential

# exp(-1000) is 0 in float64 as in float32, so that a number times it is 0 and not inf * 0.
_NOTHING_LEFT = 1000.0


class ScaledDecay(NamedTuple):
    """exp(-rate |x|) = (1 + correction) * small.

    Attributes:
      small: exp of the exact part of the product.
      correction: expm1 of the rest, within 5 % of 0.
    """

    small: Exponential
    correction: Array

    @property
    def power(self) -> Array:
        """The number over `scale`: within the normal numbers."""
        return self.small.power + self.small.power * self.correction

    @property
    def scale(self) -> Array:
        """1, or about exp(-32) where the number is smaller than exp(-64)."""
        return self.small.scale

    @property
    def value(self) -> Array:
        """The number itself; 0 where it is below the smallest normal number."""
        return self.power * self.scale

    def times(self, factor: Array) -> Array:
        """The number times a factor."""
        return (factor * self.power) * self.scale


def scaled_decay(rate: float, x: Array) -> ScaledDecay:
    """exp(-rate |x|), in [0, 1]; its derivative at 0 is the left one.

    Args:
      rate: positive.
      x: float32 or float64.

    Returns:
      The number in its parts; 0 for infinite x, NaN for NaN.
    """
    size = jnp.minimum(jnp.where(x > 0, x, -x), _NOTHING_LEFT / rate)
    if math.frexp(rate)[0] == 0.5:
        return ScaledDecay(exponential(-rate * size), jnp.zeros_like(x))
    exponent_bits, mantissa_bits = (8, 11) if x.dtype == jnp.float32 else (11, 25)
    high = lax.reduce_precision(size, exponent_bits, mantissa_bits)
    high_rate = _leading(rate, mantissa_bits)
    rest = -(high * (rate - high_rate) + (size - high) * rate)
    correction = rest * (1.0 + rest * (0.5 + rest * (1.0 / 6.0 + rest / 24.0)))
    return ScaledDecay(exponential(-high_rate * high), correction)


def _leading(rate: float, mantissa_bits: int) -> float:
    """The rate to that many digits after its first: the product with such a number is exact."""
    significand, exponent = math.frexp(rate)
    return math.ldexp(round(math.ldexp(significand, mantissa_bits + 1)), exponent - mantissa_bits - 1)
