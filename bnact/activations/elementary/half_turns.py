"""How far f x is from a whole multiple of pi, for every finite x, and the sine of such an angle.

Where f x is large, all digits of x count, but of f / pi only those that put f x / pi near its point: those
before make whole multiples. So for every exponent of x there is a stretch of the digits of f / pi, in pieces
of half the digits of the dtype, see turn_pieces.py. A product of a piece with a half of x is exact, and so is
what it has behind the point. The method is that of Payne and Hanek, Radian reduction for trigonometric
functions, 1983.
"""

import functools
import itertools
import math

import jax
import jax.numpy as jnp
from jax import lax

from bnact.types import Array

from .double_word import DoubleWord, leading, split, two_sum
from .polynomial import polynomial
from .turn_pieces import turn_pieces

# (sin(pi t) / t - pi) / t^2 in powers of t^2 for |t| <= 1/2, to relative error 2.4e-11 of the sine (minimax).
_SINE = (-5.16771276749, 2.55016335906, -0.599252398843, 0.0820506916898, -0.00702821281991)

# cos(pi t) to 0.1 %, for what the high word of t leaves out.
_COSINE = (1.0, -4.9348, 4.0587, -1.3353, 0.2353)


def half_turns(x: Array, frequency: float, later: float = 0.0) -> DoubleWord:
    """f x / pi, and so much later, less the nearest whole number: between -1/2 and 1/2.

    Args:
      x: float32 or float64.
      frequency: f, positive, between 1e-6 and 1e6.
      later: 0 or a quarter.

    Returns:
      The number as the sum of two, to one and a half times the digits also where it is next to 0; NaN where x
      is infinite or NaN.
    """
    return _half_turns(frequency, later, x)


def square_of_sine(turns: DoubleWord) -> DoubleWord:
    """sin(pi t)^2 for t between -1/2 and 1/2, to more digits than the dtype has.

    Beyond a quarter it is one minus the square of the cosine, which is below a half.
    """
    sine = _sine(_folded(turns))
    high = leading(sine.high)
    square = DoubleWord(high * high, (sine.high - high) * (sine.high + high) + 2.0 * sine.high * sine.low)
    far = jnp.abs(turns.high) > 0.25
    rest = _sum(jnp.ones_like(high), DoubleWord(-square.high, -square.low))
    return DoubleWord(jnp.where(far, rest.high, square.high), jnp.where(far, rest.low, square.low))


def sine_of_twice(turns: DoubleWord) -> Array:
    """sin(2 pi t) for t between -1/2 and 1/2."""
    near = _folded(turns)
    sine = _sine(DoubleWord(2.0 * near.high, 2.0 * near.low))
    return jnp.where(turns.high < 0.0, -1.0, 1.0).astype(sine.high.dtype) * (sine.high + sine.low)


def _folded(turns: DoubleWord) -> DoubleWord:
    """The size of t, or beyond a quarter what is missing to a half: of either, twice has the same sine."""
    sign = jnp.where(turns.high < 0.0, -1.0, 1.0).astype(turns.high.dtype)
    size = DoubleWord(sign * turns.high, sign * turns.low)
    rest = _sum(jnp.full_like(size.high, 0.5), DoubleWord(-size.high, -size.low))
    far = size.high > 0.25
    return DoubleWord(jnp.where(far, rest.high, size.high), jnp.where(far, rest.low, size.low))


def _sine(turns: DoubleWord) -> DoubleWord:
    """sin(pi t) for t between 0 and 1/2."""
    number = turns.high
    if number.dtype == jnp.float64:
        angle = math.pi * number
        return DoubleWord(jnp.sin(angle), (math.pi * turns.low) * jnp.cos(angle))
    square = number * number
    pi, high = split(math.pi, number.dtype), leading(number)
    bend = number * (square * polynomial(_SINE, square)) + math.pi * turns.low * polynomial(_COSINE, square)
    return two_sum(high * pi.high, (number * pi.low + (number - high) * pi.high) + bend)


@functools.partial(jax.custom_jvp, nondiff_argnums=(0, 1))
def _half_turns(frequency: float, later: float, x: Array) -> DoubleWord:
    significand, exponent = _parts(x)
    high = leading(significand)
    low = significand - high
    pieces = [
        jnp.asarray(row).at[exponent].get(mode="promise_in_bounds")
        for row in turn_pieces(frequency, x.dtype.name)
    ]
    sign = jnp.where(x < 0.0, -1.0, 1.0).astype(x.dtype)
    steps = list(itertools.pairwise(pieces))
    levels = [_behind_the_point(low * one) + _behind_the_point(high * other) for one, other in steps[:2]]
    levels += [low * one + high * other for one, other in steps[2:]]
    total, lost = later * sign, jnp.zeros_like(x)
    for level in (_behind_the_point(high * pieces[0]), *levels[:4]):
        exact = two_sum(total, level)
        total, lost = _behind_the_point(exact.high), lost + exact.low
    exact = two_sum(total, lost)
    rest = two_sum(exact.high, exact.low + (levels[4] + levels[5]))
    return DoubleWord(sign * rest.high, sign * rest.low)


@_half_turns.defjvp
def _slope(
    frequency: float, later: float, primals: tuple[Array], tangents: tuple[Array]
) -> tuple[DoubleWord, DoubleWord]:
    (x,), (tangent,) = primals, tangents
    return _half_turns(frequency, later, x), DoubleWord(
        (frequency / math.pi) * tangent, jnp.zeros_like(tangent)
    )


def _parts(x: Array) -> tuple[Array, Array]:
    """|x| over a power of two, so that it is between 1 and 2, and the bits of that power."""
    information = jnp.finfo(x.dtype)
    digits = information.nmant
    whole = jnp.uint32 if information.bits == 32 else jnp.uint64
    bits = lax.bitcast_convert_type(jnp.abs(x), whole)
    one = (1 - information.minexp) << digits
    significand = (bits & whole((1 << digits) - 1)) | whole(one)
    return lax.bitcast_convert_type(significand, x.dtype), (bits >> whole(digits)).astype(jnp.int32)


def _behind_the_point(x: Array) -> Array:
    return x - jnp.round(x)


def _sum(number: Array, words: DoubleWord) -> DoubleWord:
    """A number of few digits plus a double word, normalized."""
    exact = two_sum(number, words.high)
    return two_sum(exact.high, exact.low + words.low)
