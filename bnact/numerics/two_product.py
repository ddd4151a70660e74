"""A product and what rounding lost of it."""

import jax.numpy as jnp
from jax import lax

from bnact.numerics.two_sum import two_sum
from bnact.types import Array

# Integers that have the dtype's bits, and all of those bits but the last half of the digits.
_LEADING_BITS = {"float32": (jnp.uint32, 0xFFFFF000), "float64": (jnp.uint64, 0xFFFFFFFFF8000000)}


def two_product(a: Array, b: Array) -> tuple[Array, Array]:
    """The rounded product, and exactly what rounding lost.

    What is lost below the smallest normal number is 0. It neither relies on a
    fused multiply-add nor breaks where the compiler makes one. Infinite factors make NaN.

    Args:
      a: float32 or float64, any shape.
      b: of the same dtype, and of a shape that broadcasts with it.

    Returns:
      (rounded, lost), whose exact sum is a * b.

    Source: Dekker, "A floating-point technique for extending the available precision", 1971.
    """
    high_a, high_b = _leading(a), _leading(b)
    low_a, low_b = a - high_a, b - high_b
    # Of half the digits each: these four products are exact.
    high, cross, other_cross, low = high_a * high_b, high_b * low_a, low_b * high_a, low_a * low_b
    near, lost = two_sum(high, cross + other_cross)
    near = near + (lost + low)
    return two_sum(near, (((high - near) + cross) + other_cross) + low)


def _leading(x: Array) -> Array:
    """The number cut off after half its digits."""
    bits, mask = _LEADING_BITS[x.dtype.name]
    return lax.bitcast_convert_type(lax.bitcast_convert_type(x, bits) & bits(mask), x.dtype)
