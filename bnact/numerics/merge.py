"""The moments of a set, from those of its parts."""

import jax.numpy as jnp

from bnact.numerics.moments import Moments
from bnact.numerics.two_sum import two_sum


def merge(a: Moments, b: Moments) -> Moments:
    """The moments of two disjoint sets together, from the moments of each.

    With d the difference of the means: mean = mean_a + d n_b / n and squares = squares_a + squares_b +
    d^2 n_a n_b / n. Associative and commutative up to rounding; a set without values is neutral.

    Args:
      a: moments of the first set.
      b: moments of the second, of the same shapes and dtype, and about the same centre (`centered`).

    Returns:
      Moments of the union.

    Source: Chan, Golub, LeVeque, "Algorithms for computing the sample variance: analysis and
    recommendations", 1983.
    """
    # Starting from the larger set keeps the step below half the distance, and an empty set neutral.
    a_is_larger = a.count >= b.count
    large = Moments(*(jnp.where(a_is_larger, left, right) for left, right in zip(a, b, strict=True)))
    small = Moments(*(jnp.where(a_is_larger, right, left) for left, right in zip(a, b, strict=True)))
    count = a.count + b.count
    weight = small.count / jnp.maximum(count, 1)
    distance = (small.mean - large.mean) + (small.correction - large.correction)
    mean, rounding = two_sum(large.mean, distance * weight)
    squares = large.squares + small.squares + jnp.square(distance) * large.count * weight
    return Moments(count, mean, squares, large.correction + rounding)
