"""The tail of the normal distribution, right to the last places where it is smallest.

Phi(-a) = R(a) exp(-a^2 / 2) for a >= 0, with R(a) = erfc(a / sqrt 2) exp(a^2 / 2) / 2, a smooth function
that falls from 1/2 like 0.4 / a. And Phi(-a) - a phi(a) = (root - a) S(a) exp(-a^2 / 2), with S smooth and
positive: dividing out the root keeps what is near it. R and S are short rational functions, in float32 to
relative error 1.5e-8 on [0, 14], in float64 to 6e-17 on [0, 40] (before rounding). Their coefficients were
fitted by iteratively reweighted least squares in 60 digits; all are positive, so evaluating them cancels
nothing.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from bnact.types import Array

from .exponentials import Exponential, exponential
from .polynomial import polynomial

# exp(-64^2 / 2) is 0 in float64 as in float32; beyond it, infinity times 0 would be NaN.
_NOTHING_LEFT = 64.0


class Rational(NamedTuple):
    """Coefficients of a rational function, lowest power first."""

    numerator: tuple[float, ...]
    denominator: tuple[float, ...]


# R(a) (a + 2.5) in powers of (a - 1.5) / (a + 2.5), to relative error 1.5e-8 for a <= 14. It has fewer
# roundings than a quotient of two polynomials, and its constant dominates.
_TAIL_FLOAT32 = (
    *(0.823122663475, -0.621217984126, 0.186402281471, 0.0467579581634, -0.0304178719288),
    *(-0.0131004204214, 0.00376956037827, 0.00453740013056, 0.000255915644892, -0.0011688083144),
)
_TAIL_FLOAT64 = Rational(
    (
        0.5,
        0.7754220212170423,
        0.5948396754754922,
        0.2898988783404318,
        0.09795327841293626,
        0.023699927076944776,
        0.0041057553047377775,
        0.0004927916290891015,
        3.7469402740943944e-05,
        1.3952623244027474e-06,
    ),
    (
        1.0,
        2.3487286032369394,
        2.563693640990151,
        1.7169265501003834,
        0.7836403527286094,
        0.2556362045652822,
        0.060635158348117696,
        0.01038552418929757,
        0.0012387428351563349,
        9.39218643420037e-05,
        3.4974039928847503e-06,
    ),
)
_SLOPE_FLOAT32 = Rational(
    (0.6650779901486944, 0.751899538447488, 0.37629055780586823, 0.09499763450046105, 0.010329168911856456),
    (1.0, 1.3961560663323223, 0.7899329240241891, 0.2186666865331483, 0.02589122130335995),
)
_SLOPE_FLOAT64 = Rational(
    (
        0.6650779951314343,
        1.2540324421733382,
        1.1320295475859317,
        0.6329972409966225,
        0.2403235507681717,
        0.06417737900497814,
        0.01207707026914805,
        0.0015511024883026125,
        0.00012427772098957162,
        4.788947473881522e-06,
    ),
    (
        1.0,
        2.1511550547762455,
        2.126782367006709,
        1.2719424492265645,
        0.5088117054235972,
        0.14176389519339797,
        0.02765222573118033,
        0.0036658448360813887,
        0.0003024934603176592,
        1.200411114376501e-05,
    ),
)

# The root 0.75179152469356446... as a number of the dtype and what that leaves out.
_ROOT_FLOAT32 = (0.7517915368080139, -1.211444945855772e-08)
_ROOT_FLOAT64 = (0.7517915246935645, -1.4956759177009883e-17)


class Gaussian(NamedTuple):
    """exp(-rate a^2) = (1 + correction) * small.

    Attributes:
      size: a = |x|, bounded.
      high_square: the square of a rounded to half its digits, exact.
      rest: a^2 - high_square.
      small: exp(-rate high_square).
      correction: exp(-rate rest) - 1, within 4 % of 0.
    """

    size: Array
    high_square: Array
    rest: Array
    small: Exponential
    correction: Array

    def times(self, value: Array) -> Array:
        """The value times exp(-rate a^2)."""
        return self.small.times(value + value * self.correction)


def gaussian(x: Array, rate: float = 0.5) -> Gaussian:
    """exp(-rate x^2) to full relative accuracy; float32 and float64.

    Rounding x^2 before exp would cost rate x^2 units of the last place, 86 where float32 ends. So the square
    is split: the large part is exact, and what is left is small enough for three terms of the series.

    Args:
      x: any shape.
      rate: 1/2, for the density of the standard normal, or 1: the product with a power of two is exact.

    Returns:
      The number in its parts.
    """
    size = jnp.minimum(jnp.abs(x), _NOTHING_LEFT)
    exponent_bits, mantissa_bits = (8, 11) if x.dtype == jnp.float32 else (11, 25)
    high = lax.reduce_precision(size, exponent_bits, mantissa_bits)
    high_square, rest = high * high, (size - high) * (size + high)
    exponent = -rate * rest
    correction = exponent * (1.0 + exponent * (0.5 + exponent / 6.0))
    return Gaussian(size, high_square, rest, exponential(-rate * high_square), correction)


def tail_ratio(size: Array) -> Array:
    """R(a) = Phi(-a) exp(a^2 / 2) for a >= 0; float32 and float64.

    The result is right to 3 units of the last place in float32.
    """
    if size.dtype == jnp.float64:
        return _evaluate(_TAIL_FLOAT64, size)
    reciprocal, factor = _tail_factors(size)
    return reciprocal * factor


def scaled_tail_ratio(size: Array) -> Array:
    """a R(a) for a >= 0, with one rounding less than the product of the two; float32 and float64."""
    if size.dtype == jnp.float64:
        return size * _evaluate(_TAIL_FLOAT64, size)
    reciprocal, factor = _tail_factors(size)
    # In this order nothing is lost at the smallest normal number.
    return (size * factor) * reciprocal


def slope_ratio(size: Array) -> Array:
    """(Phi(-a) - a phi(a)) exp(a^2 / 2) = (root - a) S(a) for a >= 0; float32 and float64."""
    single = size.dtype == jnp.float32
    root, rest = _ROOT_FLOAT32 if single else _ROOT_FLOAT64
    # Times size / root, which is 1 where the rest matters: XLA would fold two constants into one.
    from_root = (root - size) + size * (rest / root)
    return from_root * _evaluate(_SLOPE_FLOAT32 if single else _SLOPE_FLOAT64, size)


def _tail_factors(size: Array) -> tuple[Array, Array]:
    """1 / (a + 2.5), and R(a) (a + 2.5)."""
    reciprocal = 1.0 / (size + 2.5)
    return reciprocal, polynomial(_TAIL_FLOAT32, (size - 1.5) * reciprocal)


def _evaluate(rational: Rational, x: Array) -> Array:
    return _polynomial(rational.numerator, x) / _polynomial(rational.denominator, x)


def _polynomial(coefficients: tuple[float, ...], x: Array) -> Array:
    value = jnp.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        value = value * x + coefficient
    return value
