"""y = 2 sqrt(2 / pi) (x + 0.044715 x^3), the argument of the sigmoid in gelu_tanh, as a product of two words.

In float32 y goes to 87 before exp(-y) is 0, and rounding it there costs as many units of the last place. So
it is carried in two numbers. Taken out of it, the factor of x^3 can wait until nothing large is left, see
power_of_e.py; and y over that factor, x (c + x^2), has one constant only.
"""

import math

import jax.numpy as jnp

from bnact.types import Array

from .double_word import DoubleWord, leading, split

LINEAR = 2.0 * math.sqrt(2.0 / math.pi)
"""The factor of x in y."""

CUBIC = 0.044715 * LINEAR
"""The factor of x^3 in y."""

_RATIO = LINEAR / CUBIC


def cubic_argument(x: Array) -> DoubleWord:
    """y(x) / CUBIC = x (c + x^2) with c = LINEAR / CUBIC.

    Args:
      x: float32 or float64, at most 32 in size.

    Returns:
      The number to about 33 binary digits in float32; its high word is exact, of 12 digits each of x and of
      the other factor.
    """
    ratio = split(_RATIO, x.dtype)
    high = leading(x)
    rest = x - high
    squared = high * high
    factor = leading(ratio.high + squared)
    # The first difference is exact, and so is the second: what the factor's last digits leave out.
    low = (squared - (factor - ratio.high)) + (rest * (x + high) + ratio.low)
    return DoubleWord(high * factor, high * low + rest * (factor + low))


def cubic_argument_inverse(y: float) -> float:
    """The x at which the argument is y."""
    size = math.sqrt(_RATIO / 3.0)
    return 2.0 * size * math.sinh(math.asinh(y / CUBIC / (2.0 * size**3)) / 3.0)


def cubic_slope(x: Array) -> Array:
    """y'(x)."""
    return LINEAR + (3.0 * CUBIC) * jnp.square(x)
