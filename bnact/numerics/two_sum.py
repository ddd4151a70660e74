"""A sum and what rounding lost of it."""

from bnact.types import Array


def two_sum(a: Array, b: Array) -> tuple[Array, Array]:
    """The rounded sum, and exactly what rounding lost.

    Args:
      a: floating, any shape.
      b: of the same shape and dtype.

    Returns:
      (rounded, lost), whose exact sum is a + b.

    Source: Knuth, "The art of computer programming", volume 2, 1969.
    """
    total = a + b
    b_used = total - a
    return total, (a - (total - b_used)) + (b - b_used)
