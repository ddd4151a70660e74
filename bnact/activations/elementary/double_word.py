"""A number as the sum of two floats, where the last place of one is too large: 8e-6 for an exponent of 100.

Nothing here relies on a fused multiply-add, nor breaks if XLA makes one.
"""

import math
from typing import NamedTuple

import jax.numpy as jnp
from jax import lax
from jax.typing import DTypeLike

from bnact import numerics
from bnact.types import Array

# Of so many binary digits, or one more, two numbers multiply without rounding.
_HALF_OF_THE_DIGITS = {"float32": 11, "float64": 25}

# Integers that have the dtype's bits, all bits but the last half of the digits, and the exponent's bits.
_BITS = {
    "float32": (jnp.uint32, 0xFFFFF000, 0x7F800000),
    "float64": (jnp.uint64, 0xFFFFFFFFF8000000, 0x7FF0000000000000),
}


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
    """The number cut off after half its digits: the product of two such is exact.

    Autodiff gives it slope 0 and what it leaves out slope 1, so that their sum has the right one. A mask of
    its bits is one operation, where rounding to fewer digits is many.
    """
    return _masked(x, _BITS[x.dtype.name][1])


def split(constant: float, dtype: DTypeLike) -> Split:
    """A constant's leading digits, half of what float32 or float64 has, and the rest."""
    digits = _HALF_OF_THE_DIGITS[jnp.dtype(dtype).name]
    significand, exponent = math.frexp(constant)
    high = math.ldexp(round(math.ldexp(significand, digits)), exponent - digits)
    return Split(high, constant - high)


def two_sum(a: Array, b: Array) -> DoubleWord:
    """The sum a + b, rounded, and what that leaves out, whichever is larger."""
    return DoubleWord(*numerics.two_sum(a, b))


def product(a: Array, b: Array, bound: float) -> DoubleWord:
    """The product a b, to one and a half times the digits; 0 times infinity is 0.

    Args:
      a: float32 or float64.
      b: likewise, of the same shape, finite.
      bound: the product is right up to half of it, and between that and it beyond.

    Returns:
      The product as the exact product of the leading digits and the rest; NaN where a factor is NaN.
    """
    a, b = _balanced(a, b, bound)
    high_a, high_b = leading(a), leading(b)
    return DoubleWord(high_a * high_b, high_b * (a - high_a) + (b - high_b) * a)


def full_product(a: Array, b: Array, bound: float) -> DoubleWord:
    """The product as `product` has it, but to twice the digits, the high word being the rounded product."""
    a, b = _balanced(a, b, bound)
    high_a, high_b = leading(a), leading(b)
    low_a, low_b = a - high_a, b - high_b
    middle = two_sum(high_b * low_a, low_b * high_a)
    total = two_sum(high_a * high_b, middle.high)
    return two_sum(total.high, total.low + (middle.low + low_a * low_b))


def _balanced(a: Array, b: Array, bound: float) -> tuple[Array, Array]:
    """Two factors of the same product, at most half of the bound.

    b is brought between 1 and 2 in size by a power of two that a takes over, so that no part of the product
    underflows or overflows unless all of it does.
    """
    information = jnp.finfo(b.dtype)
    scale = jnp.maximum(_masked(b, _BITS[b.dtype.name][2]), float(information.smallest_normal))
    return jnp.clip(a * scale, -0.5 * bound, 0.5 * bound), b / scale


def _masked(x: Array, mask: int) -> Array:
    dtype = _BITS[x.dtype.name][0]
    return lax.bitcast_convert_type(lax.bitcast_convert_type(x, dtype) & dtype(mask), x.dtype)
