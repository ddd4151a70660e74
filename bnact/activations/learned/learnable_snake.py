"""Snake with a learnable frequency, x + sin^2(a x) / a, also where a x is small or a is 0.

With u = a x, all is written by sin u / a, which is x times a smooth function of u near 0, so that nothing is
divided by a small frequency.
"""

import math
from typing import NamedTuple

import jax.numpy as jnp
from jax.typing import ArrayLike

from bnact.activations.elementary.double_word import full_product
from bnact.activations.floating import finite
from bnact.types import Array

from .surface import Surface, bound_to_partials, over_last_axis

# Coefficients of d2f/da2 = x^3 h(2 u) near 0, h(w) = -4 sum (-1)^k w^(2k+1) / ((2k+1)! (2k+4)).
_SERIES = tuple(-4.0 * (-1.0) ** k / (math.factorial(2 * k + 1) * (2 * k + 4)) for k in range(14))


class Wave(NamedTuple):
    """sin u and cos u of u = a x.

    Attributes:
      sine, cosine: of u, as if u had no rounding.
      angle: u, rounded.
      ratio: sin u / a; x at a = 0.
    """

    sine: Array
    cosine: Array
    angle: Array
    ratio: Array


def learnable_snake(x: ArrayLike, frequency: ArrayLike) -> Array:
    """Snake, x + sin^2(frequency x) / frequency, and x where the frequency is 0.

    The slope by x is 1 + sin(2 frequency x), between 0 and 2. Infinite x is returned as it is; the slopes
    there are NaN, as sine has no limit.

    Args:
      x: (..., features), real floating point.
      frequency: () or (features,), real floating point, finite.

    Returns:
      Shape and dtype of `x`.

    Raises:
      TypeError: `x` or `frequency` is complex, integer or boolean.
      ValueError: `frequency` has another shape.

    Source: Ziyin, Hartwig and Ueda, Neural networks fail to learn periodic functions and how to fix it, 2020.
    """
    return over_last_axis("learnable_snake", "frequency", _SNAKE, x, frequency)


def _wave(x: Array, frequency: Array) -> Wave:
    u = full_product(x, finite(frequency), float(jnp.finfo(x.dtype).max))
    high_sine, high_cosine = jnp.sin(u.high), jnp.cos(u.high)
    rest_sine, rest_cosine = jnp.sin(u.low), jnp.cos(u.low)
    sine = high_sine * rest_cosine + high_cosine * rest_sine
    cosine = high_cosine * rest_cosine - high_sine * rest_sine
    infinite = jnp.isinf(x)
    sine, cosine = jnp.where(infinite, jnp.nan, sine), jnp.where(infinite, jnp.nan, cosine)
    angle = u.high + u.low
    small = jnp.abs(angle) < 1.0
    zero = angle == 0.0
    near = x * jnp.where(zero, 1.0, sine / jnp.where(zero, 1.0, angle))
    ratio = jnp.where(small, near, sine / jnp.where(small, 1.0, frequency))
    return Wave(sine, cosine, angle, ratio)


def _value(x: Array, frequency: Array) -> Array:
    wave = _wave(x, frequency)
    return jnp.where(jnp.isinf(x), x, x + wave.ratio * wave.sine)


def _by_x(x: Array, frequency: Array) -> Array:
    """1 + sin 2u = (sin u + cos u)^2, which has its double zeros without a difference of its own."""
    wave = _wave(x, frequency)
    return jnp.square(wave.sine + wave.cosine)


def _by_frequency(x: Array, frequency: Array) -> Array:
    """x sin(2u) / a - sin^2(u) / a^2."""
    wave = _wave(x, frequency)
    return 2.0 * (wave.ratio * (x * wave.cosine - 0.5 * wave.ratio))


def _by_x_twice(x: Array, frequency: Array) -> Array:
    """2 a cos(2u) = 2 a (cos u - sin u) (cos u + sin u)."""
    return frequency * (2.0 * _double_cosine(_wave(x, frequency)))


def _by_both(x: Array, frequency: Array) -> Array:
    return x * (2.0 * _double_cosine(_wave(x, frequency)))


def _by_frequency_twice(x: Array, frequency: Array) -> Array:
    """2 (x^2 cos(2u) - 2 x cos(u) r + r^2) / a with r = sin(u) / a, and its power series near u = 0."""
    wave = _wave(x, frequency)
    small = jnp.abs(wave.angle) < 1.0
    ratio = wave.ratio
    far = x * (x * _double_cosine(wave) - 2.0 * wave.cosine * ratio) + ratio * ratio
    double = 2.0 * jnp.where(small, wave.angle, 0.0)
    near = x * (x * (x * _series(double)))
    return jnp.where(small, near, 2.0 * far / jnp.where(small, 1.0, frequency))


def _double_cosine(wave: Wave) -> Array:
    return (wave.cosine - wave.sine) * (wave.cosine + wave.sine)


def _series(w: Array) -> Array:
    square, total = w * w, jnp.zeros_like(w)
    for coefficient in reversed(_SERIES):
        total = total * square + coefficient
    return total * w


_SNAKE = bound_to_partials(
    Surface(
        value=_value,
        by_x=_by_x,
        by_parameter=_by_frequency,
        by_x_twice=_by_x_twice,
        by_both=_by_both,
        by_parameter_twice=_by_frequency_twice,
    )
)
