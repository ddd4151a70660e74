"""Activations with a period: sine, cosine and snake. Infinite inputs have no limit: NaN.

XLA's float32 sine and cosine are within 0.6 units of the last place up to the largest finite number, on a
CPU, so they stand as they are.
"""

import functools
import math

import jax.numpy as jnp

from bnact.types import Array

from .activation import Activation
from .elementary.angle import Angle, doubled_angle
from .elementary.double_word import DoubleWord, leading, split
from .elementary.half_turns import half_turns, sine_of_twice, square_of_sine
from .parameters import positive, record_name
from .rule import Curve, curve


def snake(frequency: float = 1.0) -> Activation:
    """Snake, x + sin(frequency x)^2 / frequency.

    Every product frequency x is reduced with all its digits, so that value and derivative, which is
    1 + sin(2 frequency x), are right to the last places for every finite input, near the double zeros of the
    derivative too.

    Args:
      frequency: within 1e-6 and 1e6.

    Returns:
      The activation; for equal frequencies, the same record.

    Raises:
      ValueError: the frequency is outside its interval.

    Source: Ziyin, Hartwig and Ueda, Neural networks fail to learn periodic functions and how to fix it, 2020.
    """
    return _snake(positive("snake", "frequency", frequency))


@functools.cache
def _snake(frequency: float) -> Activation:
    name = record_name("snake", {"frequency": frequency}, {"frequency": 1.0})
    return Activation(
        name=name,
        curve=_plain_curve(name) if frequency == 1.0 else _reduced_curve(name, frequency),
        definition=lambda x: x + jnp.square(jnp.sin(frequency * x)) / frequency,
        range=(-math.inf, math.inf),
        limits=(-math.inf, math.inf),
        lipschitz=2.0,
        monotone="strictly",
        formula=f"x + sin({frequency:g} x)^2 / {frequency:g}" if frequency != 1.0 else "x + sin(x)^2",
        source="Ziyin, Hartwig and Ueda, Neural networks fail to learn periodic functions and how to fix it, "
        "2020",
    )


def _plain_curve(name: str) -> Curve:
    """Of frequency 1: the angle is x."""

    def value(x: Array) -> Array:
        # Beyond 2^60 the square is below the last place of x; infinity has no sine.
        sine = jnp.sin(jnp.clip(x, -(2.0**60), 2.0**60))
        return x + sine * sine

    return curve(
        name,
        value,
        lambda x: _one_plus_sine(doubled_angle(x)),
        lambda x: 2.0 * doubled_angle(x).cosine,
    )


def _reduced_curve(name: str, frequency: float) -> Curve:
    """Of any frequency; 1 + sin 2u = 2 sin(u + pi/4)^2 and cos 2u = sin 2(u + pi/4)."""

    def value(x: Array) -> Array:
        square = square_of_sine(half_turns(x, frequency))
        # A product of leading digits is exact, and so is nearly always its sum with x: the two nearly cancel
        # where x is negative.
        factor, high = split(1.0 / frequency, x.dtype), leading(square.high)
        low = (square.high - high) + square.low
        rest = (high + low) * factor.low + low * factor.high
        return jnp.where(jnp.isinf(x), x, (x + high * factor.high) + rest)

    def later(x: Array) -> DoubleWord:
        return half_turns(x, frequency, later=0.25)

    def derivative(x: Array) -> Array:
        square = square_of_sine(later(x))
        return 2.0 * (square.high + square.low)

    return curve(
        name,
        value,
        derivative,
        lambda x: (2.0 * frequency) * sine_of_twice(later(x)),
    )


def _one_plus_sine(angle: Angle) -> Array:
    """1 + sin, as cos^2 / (1 - sin) where the sum would cancel: near its double zeros."""
    below = angle.sine < 0.0
    numerator = jnp.where(below, jnp.square(angle.cosine), 1.0 + angle.sine)
    return numerator / jnp.where(below, 1.0 - angle.sine, 1.0)


SIN = Activation(
    name="sin",
    curve=curve("sin", jnp.sin, jnp.cos, lambda x: -jnp.sin(x)),
    definition=jnp.sin,
    range=(-1.0, 1.0),
    attained=(True, True),
    limits=(math.nan, math.nan),
    lipschitz=1.0,
    symmetry="odd",
    formula="sin(x)",
    source="Sitzmann, Martel, Bergman, Lindell and Wetzstein, Implicit neural representations with periodic "
    "activation functions, 2020",
)

COS = Activation(
    name="cos",
    curve=curve("cos", jnp.cos, lambda x: -jnp.sin(x), lambda x: -jnp.cos(x)),
    definition=jnp.cos,
    range=(-1.0, 1.0),
    attained=(True, True),
    limits=(math.nan, math.nan),
    lipschitz=1.0,
    symmetry="even",
    formula="cos(x)",
    source="Rahimi and Recht, Random features for large-scale kernel machines, 2007",
)
