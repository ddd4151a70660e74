"""Sums, products and quotients of numbers that are each kept in two: the rounded number, and the rest."""

import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike, DTypeLike

from bnact.numerics.two_product import two_product
from bnact.numerics.two_sum import two_sum
from bnact.types import Array

Words = tuple[Array, Array]
"""(rounded, rest), floating, of the same dtype and shape; the number is their exact sum."""


def constant_words(constant: float | np.ndarray, dtype: DTypeLike) -> Words:
    """Numbers of Python's precision in two words.

    Args:
      constant: a number, or a float64 array of them.
      dtype: float32 or float64.

    Returns:
      Words of the constant's shape.
    """
    rounded = np.asarray(constant, dtype)
    rest = np.asarray(np.asarray(constant, np.float64) - rounded.astype(np.float64), dtype)
    return jnp.asarray(rounded), jnp.asarray(rest)


def words_sum(a: Words, b: Words) -> Words:
    """a + b, to twice the digits of the larger."""
    rounded, lost = two_sum(a[0], b[0])
    return two_sum(rounded, lost + (a[1] + b[1]))


def words_difference(a: Words, b: Words) -> Words:
    """a - b, to twice the digits of the larger."""
    return words_sum(a, (-b[0], -b[1]))


def words_product(a: Words, b: Words) -> Words:
    """a * b, to twice the digits."""
    rounded, lost = two_product(a[0], b[0])
    return two_sum(rounded, lost + (a[0] * b[1] + a[1] * b[0]))


def words_quotient(a: Words, b: Words) -> Words:
    """a / b, to twice the digits, for b other than 0."""
    quotient = a[0] / b[0]
    rounded, lost = two_product(quotient, b[0])
    remainder = (a[0] - rounded) + ((a[1] - lost) - quotient * b[1])
    return two_sum(quotient, remainder / b[0])


def words_where(condition: ArrayLike, a: Words, b: Words) -> Words:
    """a where the condition holds, b elsewhere."""
    return jnp.where(condition, a[0], b[0]), jnp.where(condition, a[1], b[1])
