"""A hyperbolic tangent of any height and steepness, height tanh(rate x), and its derivatives.

XLA's own float32 tanh is up to 4.4 units of the last place off. Here tanh is an odd polynomial near 0 and
1 - 2 / (1 + exp(2 |rate x|)) away from it, where the part that is subtracted is below a half.
The derivative is 4 e / (1 + e)^2 with the same e.
"""

import math

import jax.numpy as jnp

from bnact.types import Array

from .exponentials import bounded
from .polynomial import polynomial
from .power_of_e import power_of_e
from .scaled_decay import ScaledDecay, scaled_decay
from .scaled_sigmoid import scaled_tail

# (tanh(t) / t - 1) / t^2 in powers of t^2, to relative error 1.1e-9 of tanh for |t| < 0.55 (minimax).
_NEAR = 0.55
_NEAR_ZERO = (-0.333333175596, 0.13332586141, -0.0538523104262, 0.0210716818724, -0.0062742442212)

# From there on tanh is 1 in float32.
_NEARLY_ONE = 12.0

# Rates for which `power_of_e` is made.
_SIMPLE = (1e-4, 1e4)

# Below it tanh(t) is t to the last place of float64.
_LINE = 1e-9


def tangent(x: Array, height: float | Array, rate: float) -> Array:
    """height tanh(rate x).

    Args:
      x: float32 or float64.
      height: of the limit; a number, or an array of the shape of `x`.
      rate: positive.

    Returns:
      The value to 3 units of the last place in float32.
    """
    if x.dtype == jnp.float64:
        # Where tanh is a line, one factor: rate x could underflow where the product with the height does not.
        line = jnp.abs(x) < _LINE / rate
        return jnp.where(line, (height * rate) * x, height * jnp.tanh(rate * x))
    # The slope first, so that a height over a rate (a cap) is one rounding and not two.
    line = (height * rate) * jnp.clip(x, -1.0 / rate, 1.0 / rate)
    square = jnp.square(bounded(rate * x))
    far = height - (2.0 * height) / (1.0 + _growth(rate, jnp.abs(x)))
    near = line + line * (square * polynomial(_NEAR_ZERO, square))
    return jnp.where(square < _NEAR * _NEAR, near, jnp.where(x > 0, far, -far))


def _growth(rate: float, size: Array) -> Array:
    """exp(2 rate size), as far as 1 less its inverse is not 1."""
    if math.frexp(rate)[0] == 0.5 and _SIMPLE[0] <= rate <= _SIMPLE[1]:
        return power_of_e(2.0 * rate, jnp.minimum(size, _NEARLY_ONE / rate)).over(0.0)
    return jnp.exp((2.0 * rate) * size)


def tangent_slope(x: Array, height: float | Array, rate: float) -> Array:
    """The derivative of height tanh(rate x): height rate (1 - tanh^2), which does not cancel here.

    Where it is simple it is 4 height rate w (1 - w) with w = 1 / (1 + exp(2 |rate x|)), at most a half.
    """
    if isinstance(height, float) and math.frexp(rate)[0] == 0.5:
        tail, steepest = scaled_tail(2.0 * rate, x), 4.0 * height * rate
        share = (steepest * tail.scale) / tail.total
        return share * (1.0 - share / steepest)
    decay = _decay(x, rate)
    return decay.times((4.0 * height * rate) / jnp.square(1.0 + decay.value))


def tangent_bend(x: Array, height: float | Array, rate: float) -> Array:
    """The second derivative of height tanh(rate x): -2 rate tanh times the first."""
    decay = _decay(x, rate)
    # All factors in the tangent's height: alone it could underflow where the product does not.
    # Beyond 20 it is 1 to the last place, and autodiff of its exponential would be infinite times 0.
    near = jnp.clip(x, -20.0 / rate, 20.0 / rate)
    factor = tangent(near, -8.0 * height * rate * rate, rate)
    return decay.times(factor / jnp.square(1.0 + decay.value))


def tangent_inverse(y: Array, height: float | Array, rate: float) -> Array:
    """The x with height tanh(rate x) = y, for a positive height: infinite at it, NaN beyond it."""
    size = jnp.abs(y)
    return jnp.copysign(jnp.log1p(2.0 * size / (height - size)) / (2.0 * rate), y)


def _decay(x: Array, rate: float) -> ScaledDecay:
    return scaled_decay(2.0 * rate, x)
