"""exp without overflow, without a loss where it is about to underflow, and exp(x) - 1 to the last place."""

import math
from typing import NamedTuple

import jax.numpy as jnp

from bnact.types import Array

from .polynomial import polynomial

# exp(-1000) is 0 in float64 as in float32, so that a polynomial times a tail is 0 and not inf * 0.
_NOTHING_LEFT = 1000.0

# Beyond 64 the exponent is raised by about 32. The sum is exact, and exp of it is a normal number wherever a
# product of it with a polynomial is, in float32 and float64. That 32 is one whose exp(-32) is nearly a
# number of float32: the factor adds no rounding of its own.
_FAR = 64.0
_SHIFT = 31.6875


# (exp(x) - 1 - x - x^2 / 2) / x^3 for -log 2 < x < 0, to relative error 3.5e-10 of exp(x) - 1 (minimax).
_NEAR_ZERO = (0.1666664568466, 0.04166362543882, 0.008317228241417, 0.001348764959097, 0.0001498721278904)


class Exponential(NamedTuple):
    """A small number as power * scale, so that a product with it can be formed before it underflows.

    Attributes:
      power: within the normal numbers.
      scale: 1, or about exp(-32) where the number is smaller than exp(-64).
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


def tailed(x: Array, small: Exponential, numerator: Array, denominator: Array) -> Array:
    """A quotient, times the small number where x is not positive.

    The product is formed before the number underflows. Nothing but the numerator sees the branches, because
    XLA on a CPU does not fuse a division that two others need.
    """
    above = x > 0
    return (numerator * jnp.where(above, 1.0, small.power)) / denominator * jnp.where(above, 1.0, small.scale)


def expm1_below(x: Array) -> Array:
    """exp(x) - 1 for x <= 0 to 1.1 units of the last place in float32, where XLA's is 5 off; also at -inf.

    Below -log 2 the difference is larger than exp(x), so that an error of exp shrinks; above it is a
    polynomial.
    """
    if x.dtype == jnp.float64:
        return jnp.expm1(x)
    series = x + jnp.square(x) * (0.5 + x * polynomial(_NEAR_ZERO, x))
    return jnp.where(x > -math.log(2.0), series, jnp.exp(x) - 1.0)
