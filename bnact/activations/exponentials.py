"""exp(-|x|) without overflow, and without a loss where it is about to underflow."""

import math
from typing import NamedTuple

import jax.numpy as jnp

from bnact.types import Array

# exp(-1000) is 0 in float64 as in float32, so that a polynomial times a tail is 0 and not inf * 0.
_NOTHING_LEFT = 1000.0

# Beyond 64 the exponent is raised by 32. The sum is exact, and exp of it is a normal number wherever a
# product of it with a polynomial is, in float32 and float64.
_FAR = 64.0
_SHIFT = 32.0


class Exponential(NamedTuple):
    """A small number as power * scale, so that a product with it can be formed before it underflows.

    Attributes:
      power: within the normal numbers.
      scale: 1, or exp(-32) where the number is smaller than exp(-64).
    """

    power: Array
    scale: Array

    @property
    def value(self) -> Array:
        """The number itself; 0 where it is below the smallest normal number."""
        return self.power * self.scale

    def times(self, factor: Array) -> Array:
        """The number times a factor."""
        return (factor * self.power) * self.scale


def decay(x: Array) -> Array:
    """exp(-|x|), in (0, 1]; its derivative at 0 is the left one."""
    return jnp.exp(jnp.where(x > 0, -x, x))


def exponential(exponent: Array) -> Exponential:
    """exp(exponent) for exponents <= 0, split."""
    far = exponent < -_FAR
    power = jnp.exp(exponent + jnp.where(far, _SHIFT, 0.0).astype(exponent.dtype))
    return Exponential(power, jnp.where(far, math.exp(-_SHIFT), 1.0).astype(exponent.dtype))


def bounded(x: Array) -> Array:
    """Clips x to where exp(-|x|) is already 0, NaN kept."""
    return jnp.clip(x, -_NOTHING_LEFT, _NOTHING_LEFT)
