"""Running averages of the statistics of batches: how one is updated, and how it is read."""

import math

import jax.numpy as jnp
import numpy as np
from jax.typing import DTypeLike

from bnact.numerics.moments import Moments, statistics_dtype
from bnact.numerics.two_words import (
    Words,
    constant_words,
    words_difference,
    words_product,
    words_quotient,
    words_sum,
    words_where,
)
from bnact.types import Array


def enough(statistics: Moments, skip_nonfinite: bool = False) -> Array:
    """Of which features the statistics are fit to be averaged: those of two values or more.

    Args:
      statistics: (features,) the moments of one batch.
      skip_nonfinite: True finds no feature fit where the mean or the squares of any are NaN or infinite.

    Returns:
      Boolean array (features,).
    """
    counts = statistics.count >= 2
    if not skip_nonfinite:
        return counts
    finite = jnp.isfinite(statistics.mean) & jnp.isfinite(statistics.squares)
    return counts & jnp.all(finite | ~counts)


def running_average(old: Array, new: Array, momentum: float | None, count: Array, counts: Array) -> Array:
    """momentum * old + (1 - momentum) * new where it counts, the old value elsewhere.

    Args:
      old: (features,) the average so far; the result keeps its dtype.
      new: (features,) the value of one batch.
      momentum: weight of the old value; None for the plain average, in which it is count / (count + 1).
      count: () how many updates so far.
      counts: boolean (features,), which features to update.

    Returns:
      Array (features,).
    """
    new = new.astype(old.dtype)
    if momentum == 0:
        updated = new
    elif momentum is None:
        # The first update takes the value as it is: what it started from has no weight, not even to rounding.
        updated = jnp.where(count == 0, new, old + (new - old) / (count + 1).astype(old.dtype))
    else:
        updated = momentum * old + (1 - momentum) * new
    return jnp.where(counts, updated, old)


def running_mean(
    mean: Array,
    correction: Array | None,
    statistics: Moments,
    momentum: float | None,
    count: Array,
    counts: Array,
) -> tuple[Array, Array | None]:
    """The running average of means that are each kept in two numbers, in two numbers as well.

    With momentum 0 it is the batch's mean bit by bit, so that evaluation then does what training did.

    Args:
      mean: (features,) the average so far, rounded.
      correction: (features,) the average less `mean`, or None where the average is kept in one number.
      statistics: (features,) the moments of one batch.
      momentum: weight of the old value; None for the plain average.
      count: () how many updates so far.
      counts: boolean (features,), which features to update.

    Returns:
      (mean, correction), in the dtypes given; the correction is None where it was.
    """
    if correction is None:
        new = statistics.mean + statistics.correction
        return running_average(mean, new, momentum, count, counts), None
    wide = np.promote_types(mean.dtype, statistics.mean.dtype)
    old = mean.astype(wide), correction.astype(wide)
    updated = statistics.mean.astype(wide), statistics.correction.astype(wide)
    if momentum is None:
        # The first update takes the mean as it is: as a step from 0 it would be rounded.
        updated = words_where(count == 0, updated, _stepped(old, updated, _plain_share(count, wide)))
    elif momentum != 0:
        updated = _stepped(old, updated, constant_words(1 - momentum, wide))
    rounded = updated[0].astype(mean.dtype)
    rest = ((updated[0] - rounded.astype(wide)) + updated[1]).astype(correction.dtype)
    return jnp.where(counts, rounded, mean), jnp.where(counts, rest, correction)


def _stepped(old: Words, new: Words, share: Words) -> Words:
    """old + share * (new - old): far from 0 the two products of the average would each round."""
    return words_sum(old, words_product(words_difference(new, old), share))


def _plain_share(count: Array, dtype: DTypeLike) -> Words:
    share = 1 / (count + 1).astype(dtype)
    return share, jnp.zeros_like(share)


def debiased(average: Array, momentum: float, count: Array, start: float) -> Array:
    """An exponential average that began at 0, divided by 1 - momentum^count, the weight of what came since.

    Args:
      average: (features,).
      momentum: weight of the old value, in [0, 1].
      count: () how many updates so far.
      start: what it reads as before the first update.

    Returns:
      Array of the average's shape and dtype.
    """
    wide = average.astype(statistics_dtype(average))
    known, (weight, _) = _known_weight(momentum, count, wide.dtype)
    return jnp.where(known, wide / weight, start).astype(average.dtype)


def debiased_mean(
    mean: Array, correction: Array | None, momentum: float, count: Array
) -> tuple[Array, Array | None]:
    """What `debiased` makes of a mean in two numbers, in two numbers as well; 0 before the first update.

    Args:
      mean: (features,) the average, rounded.
      correction: (features,) the average less `mean`, or None where the average is kept in one number.
      momentum: weight of the old value, in [0, 1].
      count: () how many updates so far.

    Returns:
      (mean, correction), in the dtypes given; the correction is None where it was.
    """
    if correction is None:
        return debiased(mean, momentum, count, start=0.0), None
    wide = statistics_dtype(mean)
    known, weight = _known_weight(momentum, count, wide)
    read = words_quotient((mean.astype(wide), correction.astype(wide)), weight)
    rounded = jnp.where(known, read[0], 0).astype(mean.dtype)
    rest = jnp.where(known, (read[0] - rounded.astype(wide)) + read[1], 0)
    return rounded, rest.astype(correction.dtype)


def _known_weight(momentum: float, count: Array, dtype: DTypeLike) -> tuple[Array, Words]:
    """Whether anything came since the start, and its weight; 1 where nothing did."""
    weight = weight_since_start(momentum, count, dtype)
    known = weight[0] > 0
    return known, words_where(known, weight, constant_words(1.0, dtype))


def weight_since_start(momentum: float, count: Array, dtype: DTypeLike) -> Words:
    """What an exponential average gives to all that came since it began, 1 - momentum^count, in two numbers.

    Args:
      momentum: weight of the old value, in [0, 1].
      count: () int32, how many updates so far.
      dtype: float32 or float64.

    Returns:
      Scalars (rounded, rest) of that dtype.
    """
    logarithm = math.log(momentum) if momentum > 0 else -math.inf
    binary_digits = np.arange(32)
    # Written with expm1: at a momentum near 1 the plain difference cancels.
    after_powers_of_two = constant_words(-np.expm1(2.0**binary_digits * logarithm), dtype)
    present = (count.astype(jnp.int32) >> jnp.asarray(binary_digits, jnp.int32)) & 1 == 1
    weights = words_where(present, after_powers_of_two, constant_words(0.0, dtype))
    for half in (16, 8, 4, 2, 1):
        first, second = ((weights[0][part], weights[1][part]) for part in (slice(half), slice(half, None)))
        # 1 - (1 - first) (1 - second), without a difference that cancels.
        weights = words_difference(words_sum(first, second), words_product(first, second))
    return weights[0][0], weights[1][0]


def checked_debias(norm: str, momentum: float | None, debias: bool) -> None:
    """Nothing, or a ValueError where a plain average is to be debiased."""
    if debias and momentum is None:
        raise ValueError(
            f"{norm}: debias takes out the start's weight, momentum^count; got momentum=None, the plain "
            f"average, in which the start has none; use debias=False"
        )
