"""The moments of a set, from those of its parts."""

import jax.numpy as jnp

from bnact.numerics.record import Moments
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


def merge_all(parts: Moments) -> Moments:
    """The moments of many disjoint sets together, exact as those of one set are.

    With d_i the distance of each mean from that of the largest set, and d = sum(n_i d_i) / n:
    mean = mean_largest + d and squares = sum(squares_i + n_i (d_i - d)^2). Sets without values are neutral,
    whatever else stands with their count of 0. The mean of the whole is no further than sqrt(sets)
    deviations from that of the largest set.

    Args:
      parts: of each set, along the first axis of every field; about their means.

    Returns:
      Moments of the union, of the fields' shape without the first axis.
    """
    counts = parts.count
    count = jnp.sum(counts, 0)
    near = jnp.take_along_axis(parts.mean, jnp.argmax(counts, 0, keepdims=True), 0)
    distances = jnp.where(counts > 0, (parts.mean - near) + parts.correction, 0)
    # Sign and size apart, as in `moments`: no compiler contracts the products with the sum of them, nor the
    # division with that in two_sum, so that a mean which is computed twice is one mean.
    total = jnp.sum(jnp.sign(distances) * (counts * jnp.abs(distances)), 0)
    distance = jnp.sign(total) * (jnp.abs(total) / jnp.maximum(count, 1))
    mean, correction = two_sum(near[0], distance)
    between = counts * jnp.square(distances - distance[None])
    return Moments(count, mean, jnp.sum(jnp.where(counts > 0, parts.squares + between, 0), 0), correction)
