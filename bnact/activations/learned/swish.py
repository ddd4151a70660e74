"""Swish with a learnable beta, x sigmoid(beta x), exact in every tail.

With u = beta x and e = exp(-|u|), all is x, beta and a function of u, which autodiff would form with
differences that cancel and products that overflow. A rounding of u is a relative error of |u| roundings in
e, so the product is not rounded. And x may be so large that x e is a number where e is none, so e is
multiplied a quarter of its exponent at a time.
"""

import math
from typing import NamedTuple

import jax.numpy as jnp
from jax import lax
from jax.typing import ArrayLike

from bnact.activations.elementary.exact_product import Product, exact_product, finite
from bnact.types import Array

from .surface import Surface, bound_to_partials, over_last_axis

# log 2 as a number of so few digits that whole multiples of it are exact, and what that leaves out.
_LOG_2 = {
    "float32": (1420 / 2**11, -2.1219444005469057e-04),
    "float64": (2977044472 / 2**32, -4.2009150726810846e-11),
}


class Decay(NamedTuple):
    """exp(-|u|) = significand * quarter^4, so that a product with it can be formed before it underflows.

    Attributes:
      exponent: u = beta x.
      significand: between 1/4 and 4; 0 where no product of the decay with x^2 is a number.
      quarter: a power of two.
    """

    exponent: Product
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

    def negative(self, positive: Array, negative: Array) -> Array:
        """One factor where u > 0; the decay times another one elsewhere."""
        return jnp.where(self.exponent.high > 0, positive, self.times(negative))


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
    return over_last_axis("swish", "beta", _SWISH, x, beta)


def _decay(x: Array, beta: Array) -> Decay:
    largest = math.log(float(jnp.finfo(x.dtype).max))
    # x^3 exp(-|u|) is 0 beyond four times that; a power of two for a quarter of it ends just before.
    bound = 3.9 * largest
    u = exact_product(beta, x, bound)
    sign = jnp.where(u.high > 0, -1.0, 1.0).astype(x.dtype)
    size = sign * u.high
    quarter = jnp.round(size / (4.0 * math.log(2.0)))
    high, low = _LOG_2[x.dtype.name]
    reduced = (size - 4.0 * quarter * high) - 4.0 * quarter * low + sign * u.rest
    gone = jnp.abs(u.high) >= bound
    significand = jnp.where(gone, 0.0, jnp.exp(reduced))
    return Decay(u, significand, _power_of_two(quarter))


def _power_of_two(exponent: Array) -> Array:
    """2^exponent of whole numbers within the normal numbers, by writing it where the exponent stands."""
    information = jnp.finfo(exponent.dtype)
    whole = jnp.int32 if information.bits == 32 else jnp.int64
    bits = (jnp.nan_to_num(exponent).astype(whole) + (1 - information.minexp)) << information.nmant
    return lax.bitcast_convert_type(bits, exponent.dtype)


def _value(x: Array, beta: Array) -> Array:
    decay = _decay(x, beta)
    below = 1.0 + decay.value
    # Infinity times nothing would be NaN.
    kept = jnp.where(decay.significand == 0.0, finite(x), x)
    return decay.negative(x / below, kept / below)


def _by_x(x: Array, beta: Array) -> Array:
    """silu'(u) = sigmoid(u) + u sigmoid'(u)."""
    decay = _decay(x, beta)
    u, e = decay.exponent, decay.value
    rising = (1.0 + u.high) + u.rest
    below = jnp.square(1.0 + e)
    return _nan_with(x, decay.negative((1.0 + e * rising) / below, (rising + e) / below))


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
    middle = -jnp.tanh(0.5 * decay.exponent.value) / jnp.square(1.0 + decay.value)
    scaled = finite(x) * decay.quarter
    return (((scaled * decay.significand) * middle) * scaled) * decay.quarter * scaled


def _bend(decay: Decay) -> Array:
    """silu''(u) / e = (2 (1 + e) - |u| (1 - e)) / (1 + e)^3."""
    e = decay.value
    below = 1.0 + e
    return (2.0 * below - jnp.abs(decay.exponent.value) * (1.0 - e)) / (below * below * below)


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
