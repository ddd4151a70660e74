"""Running averages of the statistics of batches: how one is updated, and how it is read."""

import math

import jax.numpy as jnp

from bnact.numerics.moments import Moments
from bnact.numerics.two_sum import two_sum
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
    new = statistics.mean.astype(mean.dtype)
    rest = (statistics.mean - new.astype(statistics.mean.dtype)) + statistics.correction
    rest = rest.astype(mean.dtype)
    if momentum != 0:
        share = 1 - momentum if momentum is not None else 1 / (count + 1).astype(mean.dtype)
        # As a step from the old mean: at a mean far from 0 the two products of the average would each round.
        step = share * ((new - mean) + (rest - correction.astype(mean.dtype)))
        new, rounding = two_sum(mean, step)
        rest = correction.astype(mean.dtype) + rounding
    return jnp.where(counts, new, mean), jnp.where(counts, rest.astype(correction.dtype), correction)


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
    weight = weight_since_start(momentum, jnp.maximum(count, 1).astype(average.dtype))
    known = (count > 0) & (weight > 0)
    return jnp.where(known, average / jnp.where(known, weight, 1), start)


def weight_since_start(momentum: float, count: Array) -> Array:
    """What an exponential average gives to all that came since it began, 1 - momentum^count.

    Args:
      momentum: weight of the old value, in [0, 1].
      count: () how many updates so far, at least 1, floating.

    Returns:
      Scalar of the count's dtype.
    """
    logarithm = math.log(momentum) if momentum > 0 else -math.inf
    # Written with expm1: at a momentum near 1 the plain difference cancels.
    return -jnp.expm1(count * logarithm)


def checked_debias(norm: str, momentum: float | None, debias: bool) -> None:
    """Nothing, or a ValueError where a plain average is to be debiased."""
    if debias and momentum is None:
        raise ValueError(
            f"{norm}: debias takes out the start's weight, momentum^count; got momentum=None, the plain "
            f"average, in which the start has none; use debias=False"
        )
