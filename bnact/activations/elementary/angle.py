"""Sine and cosine of 2 x, to the last places for every number, also where twice it is infinite."""

from typing import NamedTuple

import jax.numpy as jnp

from bnact.types import Array

from .double_word import DoubleWord


class Angle(NamedTuple):
    """An angle by its sine and cosine."""

    sine: Array
    cosine: Array


class _Turn(NamedTuple):
    """A large number and how far twice it is from a multiple of 2 pi."""

    number: float
    rest: float


# Twice a number of the last octave of the dtype is infinite. So such a number is reduced by one for which
# the rest is the smallest, within the octave: the difference is exact.
_TURNS = {
    "float32": _Turn(12438944 * 2.0**104, -9.2498999034767902e-8),
    "float64": _Turn(6221301883130153 * 2.0**971, -5.1725750104208962e-17),
}


def doubled_angle(x: Array) -> Angle:
    """The angle 2 x; NaN for infinite x; float32 and float64."""
    # What is left out is small enough for its sine to be itself.
    high, low = _twice(x)
    sine, cosine = jnp.sin(high), jnp.cos(high)
    return Angle(sine + low * cosine, cosine - low * sine)


def _twice(x: Array) -> DoubleWord:
    turn = _TURNS[x.dtype.name]
    far = jnp.abs(x) > 0.5 * float(jnp.finfo(x.dtype).max)
    reduced = jnp.where(far, x - jnp.copysign(turn.number, x), x)
    return DoubleWord(2.0 * reduced, jnp.where(far, turn.rest * jnp.sign(x), 0.0))
