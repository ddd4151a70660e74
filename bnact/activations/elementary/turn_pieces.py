"""The digits of f / pi behind which half_turns.py looks, for every exponent of a float."""

import functools
import math
from fractions import Fraction

import numpy as np

PIECES = 7
"""Of half the digits of the dtype each."""

# Binary digits behind the point: those of the largest exponent of a float64, and all pieces behind it.
_DIGITS = 1400


@functools.cache
def turn_pieces(frequency: float, dtype: str) -> np.ndarray:
    """f / pi times the power of two that an exponent's bits stand for, in pieces.

    Where that is a quarter or more, it is less a multiple of 2^digits, which makes whole numbers with a
    significand.

    Args:
      frequency: f, positive.
      dtype: "float32" or "float64".

    Returns:
      (pieces, exponents) of the dtype; the row of zero and of subnormal numbers is 0, that of infinity NaN.
    """
    information = np.finfo(dtype)
    half = (information.nmant + 1) // 2
    exact = Fraction(frequency)
    ratio = (exact.numerator << (2 * _DIGITS)) // (exact.denominator * _pi())
    count = 1 << information.iexp
    table = np.zeros((PIECES, count), dtype)
    for bits in range(1, count - 1):
        table[:, bits] = _pieces(ratio, bits + int(information.minexp) - 1, information.nmant, half)
    table[:, -1] = np.nan
    return table


def _pieces(ratio: int, exponent: int, digits: int, half: int) -> list[float]:
    """Of ratio 2^exponent; the ratio is given times 2^_DIGITS, and so is what is left."""
    left = ratio << exponent if exponent >= 0 else ratio >> -exponent
    top = left.bit_length() - _DIGITS + 1
    if top >= 0:
        top, left = digits, left - (_nearest_count(left, digits + _DIGITS) << (digits + _DIGITS))
    found = []
    for number in range(1, PIECES + 1):
        unit = top - half * number
        count = _nearest_count(left, unit + _DIGITS)
        left -= count << (unit + _DIGITS)
        found.append(math.ldexp(float(count), unit))
    return found


def _nearest_count(number: int, unit: int) -> int:
    """The number in units of 2^unit, rounded."""
    return (number + (1 << (unit - 1))) >> unit


@functools.cache
def _pi() -> int:
    """pi times 2^_DIGITS, by 16 arctan(1/5) - 4 arctan(1/239) (Machin, 1706)."""
    guard = 32

    def arc_tangent_of_one_over(n: int) -> int:
        power, total, number = (1 << (_DIGITS + guard)) // n, 0, 1
        while power:
            total += (power if number % 4 == 1 else -power) // number
            power, number = power // (n * n), number + 2
        return total

    return (16 * arc_tangent_of_one_over(5) - 4 * arc_tangent_of_one_over(239)) >> guard
