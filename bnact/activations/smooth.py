"""Softplus, and the smooth relatives of relu that are x times a sigmoid of x (silu, mish).

Each formula has one exponential, e = exp(-|x|), and polynomials in it. In the negative tail the product with
e is formed from its two parts, because e is below the smallest normal number before x e is.
"""

import math

import jax.numpy as jnp

from bnact.types import Array

from .activation import Activation
from .exponentials import Exponential, bounded, decay, exponential
from .rule import curve, function
from .sigmoids import sigmoid, sigmoid_derivative


def _softplus(x: Array) -> Array:
    return jnp.maximum(x, 0.0) + jnp.log1p(decay(x))


def _softplus_inverse(y: Array) -> Array:
    return y + jnp.log(-jnp.expm1(-y))


def _silu(x: Array) -> Array:
    x = jnp.maximum(x, -1000.0)  # silu(-inf) is 0
    small = _negative_size(x)
    return _times_tail(x, small, x / (1.0 + small.value))


def _silu_derivative(x: Array) -> Array:
    x = bounded(x)
    small = _negative_size(x)
    e = small.value
    # 1 + x is exact near the zero at -1.2785, so only the rounding of e is left there.
    numerator = jnp.where(x > 0, 1.0 + e * (1.0 + x), (1.0 + x) + e)
    return _times_tail(x, small, numerator / jnp.square(1.0 + e))


def _silu_second_derivative(x: Array) -> Array:
    size = jnp.abs(bounded(x))
    small = exponential(-size)
    e = small.value
    denominator = 1.0 + e
    return small.times((2.0 * denominator - size * (1.0 - e)) / (denominator * denominator * denominator))


def _mish(x: Array) -> Array:
    x = jnp.maximum(x, -1000.0)  # mish(-inf) is 0
    small = _negative_size(x)
    e = small.value
    numerator = jnp.where(x > 0, 1.0 + 2.0 * e, 2.0 + e)
    return _times_tail(x, small, x * (numerator / _mish_denominator(x, e)))


def _mish_derivative(x: Array) -> Array:
    x = bounded(x)
    small = _negative_size(x)
    e = small.value
    constant, linear = 4.0 * (1.0 + x), 4.0 * x + 6.0
    numerator = jnp.where(
        x > 0,
        1.0 + e * (4.0 + e * (linear + e * constant)),
        constant + e * (linear + e * (4.0 + e)),
    )
    return _times_tail(x, small, numerator / jnp.square(_mish_denominator(x, e)))


def _mish_second_derivative(x: Array) -> Array:
    x = bounded(x)
    small = _negative_size(x)
    e = small.value
    numerator = jnp.where(
        x > 0,
        2.0 + e * (6.0 + e * (8.0 + 4.0 * e)) - x * (2.0 + e * (3.0 - e * (2.0 + 2.0 * e))),
        4.0 + e * (8.0 + e * (6.0 + 2.0 * e)) + x * (2.0 + e * (2.0 - e * (3.0 + 2.0 * e))),
    )
    denominator = _mish_denominator(x, e)
    ratio = 4.0 * numerator / (denominator * denominator * denominator)
    return small.times(jnp.where(x > 0, e, 1.0) * ratio)


def _negative_size(x: Array) -> Exponential:
    """The number exp(-|x|), split; its derivative at 0 is the left one."""
    return exponential(jnp.where(x > 0, -x, x))


def _times_tail(x: Array, small: Exponential, factor: Array) -> Array:
    """The factor, times exp(x) where x is not positive."""
    return jnp.where(x > 0, factor, small.times(factor))


def _mish_denominator(x: Array, e: Array) -> Array:
    """(1 + w)^2 + 1 with w = exp(x) for x <= 0, and that divided by w^2 for x > 0."""
    return jnp.where(x > 0, 1.0 + 2.0 * e * (1.0 + e), 2.0 + e * (2.0 + e))


SOFTPLUS = Activation(
    name="softplus",
    curve=curve("softplus", _softplus, sigmoid, sigmoid_derivative),
    definition=lambda x: jnp.log(1.0 + jnp.exp(x)),
    range=(0.0, math.inf),
    limits=(0.0, math.inf),
    monotone="strictly",
    lipschitz=1.0,
    formula="log(1 + exp(x))",
    source="Dugas, Bengio, Belisle, Nadeau and Garcia, Incorporating second-order functional knowledge for "
    "better option pricing, 2001",
    inverse=function("softplus inverse", _softplus_inverse),
)

SILU = Activation(
    name="silu",
    curve=curve("silu", _silu, _silu_derivative, _silu_second_derivative),
    definition=lambda x: x / (1.0 + jnp.exp(-x)),
    range=(-0.2784645427610738, math.inf),
    attained=(True, False),
    limits=(0.0, math.inf),
    lipschitz=1.099839320128867,
    formula="x / (1 + exp(-x))",
    source="Elfwing, Uchibe and Doya, Sigmoid-weighted linear units for neural network function "
    "approximation in reinforcement learning, 2018",
)

MISH = Activation(
    name="mish",
    curve=curve("mish", _mish, _mish_derivative, _mish_second_derivative),
    definition=lambda x: x * jnp.tanh(jnp.log(1.0 + jnp.exp(x))),
    range=(-0.30884341301725043, math.inf),
    attained=(True, False),
    limits=(0.0, math.inf),
    lipschitz=1.088498161251728,
    formula="x tanh(log(1 + exp(x)))",
    source="Misra, Mish: a self regularized non-monotonic activation function, 2020",
)
