"""Swish with a learnable beta, x sigmoid(beta x), exact in every tail.

With u = beta x and e = exp(-|u|), all is x, beta and a function of u, which autodiff would form with
differences that cancel and products that overflow. A rounding of u is a relative error of |u| roundings in
e, so the product is not rounded. And x may be so large that x e is a number where e is none, so e is
multiplied a quarter of its exponent at a time.
"""

import math
from typing import NamedTuple

import jax.numpy as jnp
from jax.typing import ArrayLike

from bnact.activations.elementary.double_word import DoubleWord, product
from bnact.activations.elementary.power_of_e import power_of_e, power_of_two
from bnact.activations.floating import finite
from bnact.types import Array

from .surface import Surface, bound_to_partials, over_last_axis, spread_by_product


class Decay(NamedTuple):
    """exp(-|u|) = significand * quarter^4, so that a product with it can be formed before it underflows.

    Attributes:
      exponent: u = beta x.
      significand: between 0.1 and 10; 0 where no product of the decay with x^2 is a number.
      quarter: a power of two.
    """

    exponent: DoubleWord
    significand: Array
    quarter: Array

    @property
    def value(self) -> Array:
        """The decay itself; 0 where it is below the smallest normal number."""
        return self.times(jnp.ones_like(self.significand))

    def times(self, factor: Array) -> Array:
        """The decay times a factor."""
        quarter = self.quarter
        return ((((factor * self.significand) * quarter) * quarter) * quarter) * quarter

    def times_both(self, one: Array, other: Array) -> Array:
        """The decay times two factors, each scaled down before they are multiplied."""
        first = ((one * self.significand) * self.quarter) * self.quarter
        return first * ((other * self.quarter) * self.quarter)

    def where_negative(self, factor: Array) -> Array:
        """The factor where u > 0; the decay times it elsewhere.

        To be divided afterwards: XLA on a CPU writes a quotient to memory that two others need.
        """
        return jnp.where(self.exponent.high > 0, factor, self.times(factor))


def swish(x: ArrayLike, beta: ArrayLike) -> Array:
    """Swish, x sigmoid(beta x), exact in the tails, and so are its derivatives by x and by beta.

    Between x / 2 at beta 0 and relu(x) at infinite beta; silu at beta 1; for negative beta the mirror image
    x sigmoid(-|beta| x). Infinite x is the limit: swish(-inf, 1) is 0, swish(inf, -1) is 0, swish(-inf, 0)
    is -inf. Infinite beta counts as the largest finite number.

    Args:
      x: (..., features), real floating point.
      beta: () or (features,), real floating point.

    Returns:
      Shape and dtype of `x`.

    Raises:
      TypeError: `x` or `beta` is complex, integer or boolean.
      ValueError: `beta` has another shape.

    Source: Ramachandran, Zoph and Le, Searching for activation functions, 2017.
    """
    return over_last_axis("swish", "beta", _SWISH, x, beta, spread_by_product)


def _decay(x: Array, beta: Array) -> Decay:
    largest = math.log(float(jnp.finfo(x.dtype).max))
    # x^3 exp(-|u|) is 0 beyond four times that; a power of two for a quarter of it ends just before.
    bound = 3.9 * largest
    u = product(x, finite(beta), 2.1 * bound)
    sign = jnp.where(u.high > 0, 1.0, -1.0).astype(x.dtype)
    decay = power_of_e(-1.0, sign * u.high, sign * u.low)
    exponent = jnp.maximum(decay.exponent, -math.ceil(bound / math.log(2.0)))
    quarter = jnp.round(0.25 * exponent)
    gone = jnp.abs(u.high) >= bound
    significand = decay.significand * power_of_two(exponent - 4.0 * quarter)
    return Decay(u, jnp.where(gone, 0.0, significand), power_of_two(quarter))


def _value(x: Array, beta: Array) -> Array:
    decay = _decay(x, beta)
    # Infinity times nothing would be NaN.
    kept = jnp.where((decay.significand == 0.0) & (decay.exponent.high < 0), finite(x), x)
    return decay.where_negative(kept) / (1.0 + decay.value)


def _by_x(x: Array, beta: Array) -> Array:
    """silu'(u) = sigmoid(u) + u sigmoid'(u)."""
    decay = _decay(x, beta)
    u, e = decay.exponent, decay.value
    rising = (1.0 + u.high) + u.low
    numerator = jnp.where(u.high > 0, 1.0 + e * rising, rising + e)
    return _nan_with(x, decay.where_negative(numerator) / jnp.square(1.0 + e))


def _by_beta(x: Array, beta: Array) -> Array:
    """x^2 sigmoid'(u)."""
    decay = _decay(x, beta)
    return decay.times_both(finite(x), finite(x)) / jnp.square(1.0 + decay.value)


def _by_x_twice(x: Array, beta: Array) -> Array:
    """beta silu''(u)."""
    decay = _decay(x, beta)
    return _nan_with(x, decay.times_both(_bend(decay), finite(beta)))


def _by_both(x: Array, beta: Array) -> Array:
    """x silu''(u)."""
    decay = _decay(x, beta)
    return decay.times_both(_bend(decay), finite(x))


def _by_beta_twice(x: Array, beta: Array) -> Array:
    """x^3 sigmoid''(u)."""
    decay = _decay(x, beta)
    middle = -jnp.tanh(0.5 * _rounded(decay.exponent)) / jnp.square(1.0 + decay.value)
    scaled = finite(x) * decay.quarter
    return (((scaled * decay.significand) * middle) * scaled) * decay.quarter * scaled


def _bend(decay: Decay) -> Array:
    """silu''(u) / e = (2 (1 + e) - |u| (1 - e)) / (1 + e)^3."""
    e = decay.value
    below = 1.0 + e
    return (2.0 * below - jnp.abs(_rounded(decay.exponent)) * (1.0 - e)) / (below * below * below)


def _rounded(u: DoubleWord) -> Array:
    return u.high + u.low


def _nan_with(x: Array, value: Array) -> Array:
    """`value`, but NaN where x is NaN."""
    return jnp.where(jnp.isnan(x), x, value)


_SWISH = bound_to_partials(
    Surface(
        value=_value,
        by_x=_by_x,
        by_parameter=_by_beta,
        by_x_twice=_by_x_twice,
        by_both=_by_both,
        by_parameter_twice=_by_beta_twice,
    )
)
