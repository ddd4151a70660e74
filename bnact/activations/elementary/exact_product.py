"""A product of two numbers without rounding, for what is sensitive to it: exp and sine of a large product."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from bnact.types import Array

_HALF_OF_THE_DIGITS = {"float32": (8, 11), "float64": (11, 25)}

# The last digits of a number below this may be lost below the smallest normal number.
_SMALL = {"float32": 2.0**-60, "float64": 2.0**-500}


class Product(NamedTuple):
    """A product as the sum of two numbers.

    Attributes:
      high: the product of the factors' leading digits, exact; nearly all of it.
      rest: what that leaves out, at most a thousandth of it.
    """

    high: Array
    rest: Array

    @property
    def value(self) -> Array:
        """The product, rounded."""
        return self.high + self.rest


def exact_product(a: Array, b: Array, bound: float) -> Product:
    """The product a b as high + rest, clipped to [-bound, bound]; 0 times infinity is 0.

    Args:
      a, b: of one shape, float32 or float64.
      bound: where the product may be cut, so that nothing overflows.

    Returns:
      The product; NaN where a factor is NaN.
    """
    whole = jnp.where((a == 0.0) | (b == 0.0), finite(a) * finite(b), a * b)
    a, b = _balanced(finite(a), finite(b))
    inside = jnp.abs(whole) < bound
    a, b = jnp.where(inside, a, 0.0), jnp.where(inside, b, 0.0)
    high_a, high_b = _leading(a), _leading(b)
    rest = high_a * (b - high_b) + (a - high_a) * b
    return Product(jnp.where(inside, high_a * high_b, jnp.clip(whole, -bound, bound)), rest)


def finite(x: Array) -> Array:
    """Infinities as the largest finite numbers, NaN kept."""
    largest = float(jnp.finfo(x.dtype).max)
    return jnp.clip(x, -largest, largest)


def _balanced(a: Array, b: Array) -> tuple[Array, Array]:
    """Two numbers of the same product, a very small one raised and the other lowered by a power of two."""
    small = _SMALL[a.dtype.name]
    raised_a = jnp.where(jnp.abs(a) < small, 1.0 / small, 1.0).astype(a.dtype)
    raised_b = jnp.where(jnp.abs(b) < small, 1.0 / small, 1.0).astype(b.dtype)
    return (a * raised_a) / raised_b, (b * raised_b) / raised_a


def _leading(x: Array) -> Array:
    """The number to half its digits: a product of two such is exact."""
    return lax.reduce_precision(x, *_HALF_OF_THE_DIGITS[x.dtype.name])
