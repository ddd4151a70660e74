"""Count, mean and squared deviations: statistics that merge exactly, at any distance from zero."""

import math
import operator
from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from bnact.numerics.masks import full_mask
from bnact.types import Array, AxisName


class Moments(NamedTuple):
    """The count, mean and sum of squared deviations of a set of values.

    The mean is `mean + correction`, a number of twice the precision: at a mean of 1e7 times the spread the
    nearest float32 is off by half a spread, and the correction is what it misses.

    Attributes:
      count: how many values, in the statistics' dtype.
      mean: the mean rounded to the statistics' dtype, or 0 where the count is 0 or about zero was asked.
      squares: sum of squared deviations from `mean + correction`.
      correction: the mean less `mean`.
    """

    count: Array  # pyright: ignore[reportIncompatibleMethodOverride]
    mean: Array
    squares: Array
    correction: Array

    @property
    def variance(self) -> Array:
        """The biased variance, squares / count; 0 where the count is 0."""
        return self.squares / jnp.maximum(self.count, 1)


def statistics_dtype(x: Array) -> jnp.dtype:
    """The dtype in which statistics of x are kept: its own, or float32 where that is narrower."""
    return x.dtype if jnp.finfo(x.dtype).bits >= 32 else jnp.dtype(jnp.float32)


def moments(
    x: Array,
    axes: int | Sequence[int],
    mask: Array | None = None,
    axis_name: AxisName | None = None,
    centered: bool = True,
) -> Moments:
    """The moments of x over some of its axes, in float32 or wider.

    mean = sum(x) / n and squares = sum((x - mean)^2), in two passes: the first finds the rounded mean, by
    differences from a value of x, so that constants leave no rounding; the second sums the differences from
    it and their squares, and the sum of differences corrects both. The derivatives, forward and reverse, are
    those of the exact formulas.

    Args:
      x: floating, any shape. float16 and bfloat16 are computed in float32.
      axes: what to reduce; negative axes count from the end.
      mask: boolean, broadcastable to x: True counts. Values behind it touch neither result nor gradient,
        NaN and infinity included.
      axis_name: a mapped axis (of `jax.vmap` or `jax.shard_map`), or several, to reduce over too. Each
        member is weighted by its count.
      centered: False takes the squares about zero instead: mean 0, squares = sum(x^2).

    Returns:
      Moments, each field of x's shape without `axes`. Without a value: all zero.

    Raises:
      TypeError: x is not real floating, or mask is not boolean.
      ValueError: the mask does not broadcast to x, or an axis is out of range or repeated.

    Source: Chan, Golub, LeVeque, "Algorithms for computing the sample variance: analysis and
    recommendations", 1983.
    """
    axes = _reduced_axes(x, axes)
    mask = full_mask(mask, x)
    x = x.astype(statistics_dtype(x))
    if mask is not None:
        x = jnp.where(mask, x, 0)
    if not centered:
        squares = _total(jnp.square(x), axes, axis_name)
        zero = jnp.zeros_like(squares)
        return Moments(_count(x, axes, mask, axis_name, squares), zero, squares, zero)
    constant = lax.stop_gradient(x)  # the first mean is a shift: the result does not depend on it
    pivot = _pivot(constant, axes, mask, axis_name)
    count = _count(x, axes, mask, axis_name, pivot)
    divisor = jnp.maximum(count, 1)
    pivot = jnp.where(count > 0, pivot, 0)
    shift = pivot + _total(_difference(constant, pivot, axes, mask), axes, axis_name) / divisor
    difference = _difference(x, shift, axes, mask)
    correction = _total(difference, axes, axis_name) / divisor
    squares = _total(jnp.square(difference), axes, axis_name) - count * jnp.square(correction)
    # The value is shift + correction; the derivative is put on the mean, where its readers look for it.
    fixed = lax.stop_gradient(correction)
    return Moments(count, shift + (correction - fixed), jnp.maximum(squares, 0), fixed)


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
    mean, rounding = _two_sum(large.mean, distance * weight)
    squares = large.squares + small.squares + jnp.square(distance) * large.count * weight
    return Moments(count, mean, squares, large.correction + rounding)


def deviation(x: Array, moments: Moments, axes: int | Sequence[int]) -> Array:
    """The distance of each value from the mean, x - mean, in the statistics' dtype.

    Args:
      x: of the shape the moments were taken of, or any that agrees with it off `axes`.
      moments: statistics of x, or others over the same axes.
      axes: the axes over which the moments were taken.

    Returns:
      (x - mean) - correction, of x's shape: exactly 0 for a feature that is constant.

    Raises:
      TypeError: x is not real floating.
      ValueError: an axis is out of range or repeated.
    """
    axes = _reduced_axes(x, axes)
    x = x.astype(moments.mean.dtype)
    return (x - jnp.expand_dims(moments.mean, axes)) - jnp.expand_dims(moments.correction, axes)


def inverse_deviation(variance: Array, epsilon: float) -> Array:
    """1 / sqrt(variance + epsilon), and 0, with derivative 0, where that sum is 0.

    Args:
      variance: not negative, any shape.
      epsilon: not negative, in units of the variance.

    Returns:
      Array of the variance's shape and dtype.
    """
    total = variance + epsilon
    positive = total > 0
    return jnp.where(positive, lax.rsqrt(jnp.where(positive, total, 1)), 0)


def _reduced_axes(x: Array, axes: int | Sequence[int]) -> tuple[int, ...]:
    if not jnp.issubdtype(x.dtype, jnp.floating):
        raise TypeError(f"moments: x must be real floating; got {x.dtype}; use x.astype(jnp.float32)")
    given = (operator.index(axes),) if not isinstance(axes, Sequence) else tuple(axes)
    if any(not -x.ndim <= axis < x.ndim for axis in given):
        raise ValueError(
            f"moments: axes must be in [{-x.ndim}, {x.ndim}); got axes={given}; x is of shape {x.shape}"
        )
    reduced = tuple(axis % x.ndim for axis in given)
    if len(set(reduced)) < len(reduced):
        raise ValueError(f"moments: axes must differ; got axes={given}; name each axis once")
    return reduced


def _total(values: Array, axes: tuple[int, ...], axis_name: AxisName | None) -> Array:
    total = jnp.sum(values, axes)
    return total if axis_name is None else lax.psum(total, axis_name)


def _count(
    x: Array, axes: tuple[int, ...], mask: Array | None, axis_name: AxisName | None, reduced: Array
) -> Array:
    """How many values are counted, in the shape, dtype and sharding of `reduced`."""
    if mask is None:
        members = 1 if axis_name is None else lax.axis_size(axis_name)
        return jnp.full_like(reduced, members * math.prod(x.shape[axis] for axis in axes))
    # Counted as integers: a float32 sum of ones stops at 2^24.
    return _total(mask.astype(jnp.int32), axes, axis_name).astype(reduced.dtype)


def _pivot(x: Array, axes: tuple[int, ...], mask: Array | None, axis_name: AxisName | None) -> Array:
    """A value among those counted, the same on every member of a mapped axis."""
    if 0 in x.shape:
        smallest = jnp.min(x, axes, initial=jnp.inf)
    elif mask is None and not _is_split(x, axes):
        smallest = lax.squeeze(lax.slice(x, [0] * x.ndim, _first(x.shape, axes)), axes)  # no pass over x
    else:
        smallest = jnp.min(x if mask is None else jnp.where(mask, x, jnp.inf), axes)
    return smallest if axis_name is None else lax.pmin(smallest, axis_name)


def _first(shape: tuple[int, ...], axes: tuple[int, ...]) -> list[int]:
    return [1 if axis in axes else size for axis, size in enumerate(shape)]


def _is_split(x: Array, axes: tuple[int, ...]) -> bool:
    """Whether a reduced axis is explicitly sharded: such an axis cannot be cut at its first element."""
    return any(jax.typeof(x).sharding.spec[axis] is not None for axis in axes)


def _difference(x: Array, centre: Array, axes: tuple[int, ...], mask: Array | None) -> Array:
    difference = x - jnp.expand_dims(centre, axes)
    return difference if mask is None else jnp.where(mask, difference, 0)


def _two_sum(a: Array, b: Array) -> tuple[Array, Array]:
    """The rounded sum and exactly what rounding lost (Knuth, "The art of computer programming", 2)."""
    total = a + b
    b_used = total - a
    return total, (a - (total - b_used)) + (b - b_used)
