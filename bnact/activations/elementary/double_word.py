"""A number as the sum of two floats, where the last place of one is too large: 8e-6 for an exponent of 100.

Nothing here relies on a fused multiply-add, nor breaks if XLA makes one.
"""

import math
from typing import NamedTuple

import jax.numpy as jnp
from jax import lax
from jax.typing import DTypeLike

from bnact.types import Array

# Exponent bits of the dtype, and the mantissa bits of which two numbers multiply without rounding.
_HALF_OF_THE_DIGITS = {"float32": (8, 11), "float64": (11, 25)}


class DoubleWord(NamedTuple):
    """A number as the sum of two.

    Attributes:
      high: nearly all of it.
      low: what that leaves out.
    """

    high: Array
    low: Array


class Split(NamedTuple):
    """A constant as the sum of two.

    Attributes:
      high: its leading digits, half of what the dtype has.
      low: what they leave out.
    """

    high: float
    low: float


def leading(x: Array) -> Array:
    """The number to half its digits: the product of two such is exact."""
    return lax.reduce_precision(x, *_HALF_OF_THE_DIGITS[x.dtype.name])


def split(constant: float, dtype: DTypeLike) -> Split:
    """A constant's leading digits, half of what float32 or float64 has, and the rest."""
    digits = _HALF_OF_THE_DIGITS[jnp.dtype(dtype).name][1]
    significand, exponent = math.frexp(constant)
    high = math.ldexp(round(math.ldexp(significand, digits)), exponent - digits)
    return Split(high, constant - high)


def two_sum(a: Array, b: Array) -> DoubleWord:
    """The sum a + b, rounded, and what that leaves out, for |a| >= |b| or a = 0."""
    high = a + b
    return DoubleWord(high, (a - high) + b)


def scaled(x: Array, factor: float) -> DoubleWord:
    """The product of x and a constant, to twice the digits of float32 or float64."""
    first = split(factor, x.dtype)
    second = split(first.low, x.dtype)
    high = leading(x)
    rest = x - high
    # These three products are exact, so it does no harm if one is fused with a sum.
    whole, by_factor, by_x = high * first.high, high * second.high, rest * first.high
    middle = by_factor + by_x
    from_x = middle - by_factor
    lost = (by_factor - (middle - from_x)) + (by_x - from_x)
    least = high * second.low + rest * first.low
    total = two_sum(whole, middle)
    return DoubleWord(total.high, total.low + (lost + least))


def square(x: Array) -> DoubleWord:
    """The square of x: of its leading digits, exact, and the rest."""
    high = leading(x)
    return DoubleWord(high * high, (x - high) * (x + high))
