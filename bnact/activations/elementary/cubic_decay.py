"""exp(-|y|) to the last place, y = 2 sqrt(2 / pi) (x + 0.044715 x^3) the argument in gelu_tanh.

In float32 y goes to 87 before exp(-y) is 0, and rounding it there costs as many units of the last place. So
y is carried in two numbers: y = x q with q = a + b x^2, and x and q are split into a part of half the digits
and a rest. The product of the two parts is exact.
"""

import math

import jax.numpy as jnp

from bnact.types import Array

from .double_word import leading, split, square, two_sum
from .exponentials import Exponential, exponential

LINEAR = 2.0 * math.sqrt(2.0 / math.pi)
"""The factor of x in y."""

CUBIC = 0.044715 * LINEAR
"""The factor of x^3 in y."""

# exp(-y) is 0 there in float64 as in float32.
_NOTHING_LEFT = 64.0


def cubic_decay(x: Array) -> Exponential:
    """exp(-|y|), in [0, 1]; 0 for infinite x; float32 and float64."""
    size = jnp.minimum(jnp.where(x > 0, x, -x), _NOTHING_LEFT)
    a, b = split(LINEAR, x.dtype), split(CUBIC, x.dtype)
    whole = square(size)
    squared = leading(whole.high)
    rest_of_square = (whole.high - squared) + whole.low
    quotient = leading(LINEAR + CUBIC * whole.high)
    # The large parts first: their difference is exact, and as small as the last digit of the quotient.
    rest = (b.high * squared - (quotient - a.high)) + (CUBIC * rest_of_square + (b.low * squared + a.low))
    high = leading(size)
    y = two_sum(high * quotient, high * rest + (size - high) * (quotient + rest))
    power, scale = exponential(-y.high)
    return Exponential(power - power * y.low, scale)
