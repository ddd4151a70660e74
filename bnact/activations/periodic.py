"""Activations with a period: sine, cosine and snake. Infinite inputs have no limit: NaN.

XLA's float32 sine and cosine are within 0.6 units of the last place up to the largest finite number, on a
CPU, so they stand as they are.
"""

import functools
import math

import jax.numpy as jnp

from bnact.types import Array

from .activation import Activation
from .elementary.angle import Angle, doubled_angle, scaled_sine
from .parameters import number, record_name, require
from .rule import curve


def snake(frequency: float = 1.0) -> Activation:
    """Snake, x + sin(frequency x)^2 / frequency.

    The derivative, 1 + sin(2 frequency x), is right to the last places near its double zeros too, for every
    float32 input if the frequency is a power of two. For another one the product frequency x is carried in
    two numbers, and near those zeros the digits run out as |frequency x| grows beyond some thousands.

    Args:
      frequency: positive; between 2^-20 and 2^20.

    Returns:
      The activation; for equal frequencies, the same record.

    Raises:
      ValueError: the frequency is not positive, or out of these bounds.

    Source: Ziyin, Hartwig and Ueda, Neural networks fail to learn periodic functions and how to fix it, 2020.
    """
    frequency = number("snake", "frequency", frequency)
    require(
        _LOWEST <= frequency <= 1.0 / _LOWEST,
        "snake",
        "frequency must be positive, between 2^-20 and 2^20",
        {"frequency": frequency},
        "a frequency near 1",
    )
    return _snake(frequency)


_LOWEST = 2.0**-20


@functools.cache
def _snake(frequency: float) -> Activation:
    def value(x: Array) -> Array:
        # Beyond 2^60 periods the square is below the last place of x; infinity has no sine.
        bound = 2.0**60 / frequency
        sine = scaled_sine(jnp.clip(x, -bound, bound), frequency)
        return x + sine * sine / frequency

    def derivative(x: Array) -> Array:
        return _one_plus_sine(doubled_angle(x, frequency))

    def second_derivative(x: Array) -> Array:
        return (2.0 * frequency) * doubled_angle(x, frequency).cosine

    name = record_name("snake", {"frequency": frequency}, {"frequency": 1.0})
    return Activation(
        name=name,
        curve=curve(name, value, derivative, second_derivative),
        definition=lambda x: x + jnp.square(jnp.sin(frequency * x)) / frequency,
        range=(-math.inf, math.inf),
        limits=(-math.inf, math.inf),
        lipschitz=2.0,
        monotone="strictly",
        formula=f"x + sin({frequency:g} x)^2 / {frequency:g}" if frequency != 1.0 else "x + sin(x)^2",
        source="Ziyin, Hartwig and Ueda, Neural networks fail to learn periodic functions and how to fix it, "
        "2020",
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
