"""exp of a constant times a number, to the last place whatever the constant, as significand * 2^exponent.

Rounding rate * x before exp costs as many units of the last place as the product is large, 88 where float32
ends. Here it is not formed: first a whole multiple of log(2) / rate is taken from x, which leaves an exact
and small difference, and only that is multiplied by the rate. It costs no more than XLA's exp.
"""

import math
from fractions import Fraction
from typing import NamedTuple

import jax.numpy as jnp
from jax import lax
from jax.typing import DTypeLike

from bnact.types import Array

from .double_word import Split, split
from .polynomial import polynomial

_COEFFICIENTS = {
    # To relative error 4.0e-9 within 0.36 of 0 (minimax), which is half of log 2.
    "float32": (1.0, 1.0, 0.4999999178, 0.1666649684, 0.04166866801, 0.008371495577, 0.001380884549),
    "float64": tuple(1.0 / math.factorial(power) for power in range(15)),
}

_LOG_2 = Fraction("0.693147180559945309417232121458176568")


class PowerOfE(NamedTuple):
    """A positive number as significand * 2^exponent, which may be above the largest one of the dtype.

    Attributes:
      significand: between 0.66 and 1.5.
      exponent: whole, of the same dtype.
    """

    significand: Array
    exponent: Array

    def over(self, shift: float | Array) -> Array:
        """The number over 2^shift; what is left of the exponent must be one of a normal number."""
        return self.significand * power_of_two(self.exponent, shift)


def power_of_e(rate: float, high: Array, low: float | Array = 0.0) -> PowerOfE:
    """exp(rate (high + low)), to a unit of the last place.

    Args:
      rate: between 1e-5 and 1e5 in size.
      high: float32 or float64, at most 1000 / rate in size.
      low: what high leaves out, at most 0.5 / rate in size.

    Returns:
      The number in its two parts; a significand of NaN for NaN.
    """
    step = _step(rate, high.dtype)
    exponent = jnp.round((high + low) * (rate / math.log(2.0)))
    # The first product and difference are exact.
    rest = ((high - exponent * step.high) - exponent * step.low) + low
    # The powers of the rate are in the coefficients, which saves a product.
    coefficients = tuple(c * rate**power for power, c in enumerate(_COEFFICIENTS[high.dtype.name]))
    return PowerOfE(polynomial(coefficients, rest), exponent)


def _step(rate: float, dtype: DTypeLike) -> Split:
    """log(2) / rate to more digits than a float64 has: the exponent, up to 1024, is multiplied by it."""
    exact = _LOG_2 / Fraction(rate)
    high = split(float(exact), dtype).high
    return Split(high, float(exact - Fraction(high)))


def power_of_two(exponent: Array, shift: float | Array = 0.0) -> Array:
    """2^(exponent - shift), whole and that of a normal number, by writing it where the exponent stands.

    Added to a number so large that its last place is 1, a whole number is its last digits: a sum, where
    XLA on a CPU takes several steps to convert.
    """
    information = jnp.finfo(exponent.dtype)
    whole = jnp.int32 if information.bits == 32 else jnp.int64
    places = exponent + (1.5 * 2.0**information.nmant + (1 - information.minexp) - shift)
    return lax.bitcast_convert_type(
        lax.bitcast_convert_type(places, whole) << information.nmant, exponent.dtype
    )
