"""Count, mean and squared deviations: statistics that merge exactly, at any distance from zero."""

import math
import operator
from collections.abc import Sequence
from functools import partial

import jax
import jax.numpy as jnp
from jax import lax

from bnact.numerics.feature_groups import Sharing
from bnact.numerics.masks import full_mask
from bnact.numerics.members import ALONE, AxisGroups, Members, members
from bnact.numerics.merge import merge_all
from bnact.numerics.pivot import pivot
from bnact.numerics.record import Moments
from bnact.numerics.two_sum import two_sum
from bnact.types import Array, AxisName


def statistics_dtype(x: Array) -> jnp.dtype:
    """The dtype in which statistics of x are kept: its own, or float32 where that is narrower."""
    return x.dtype if jnp.finfo(x.dtype).bits >= 32 else jnp.dtype(jnp.float32)


def wide(x: Array) -> Array:
    """x in the dtype in which its statistics are kept."""
    return x.astype(statistics_dtype(x))


def moments(
    x: Array,
    axes: int | Sequence[int],
    mask: Array | None = None,
    axis_name: AxisName | None = None,
    centered: bool = True,
    axis_index_groups: AxisGroups | None = None,
) -> Moments:
    """The moments of x over some of its axes, in float32 or wider.

    mean = sum(x) / n and squares = sum((x - mean)^2), in two passes: the first finds the mean as a value of x
    and the mean difference from it, so that constants leave no rounding; the second sums the squared
    differences from it. The sum of that value and that difference is kept in two numbers, since one could
    not hold it where the mean is large. (No value of n is further than sqrt(n - 1) deviations from their
    mean, which is what rounding the difference can cost.) The derivatives are those of the exact formulas.

    Args:
      x: floating, any shape. float16 and bfloat16 are computed in float32.
      axes: what to reduce; negative axes count from the end.
      mask: boolean, broadcastable to x: True counts. Values behind it touch neither result nor gradient,
        NaN and infinity included.
      axis_name: a mapped axis (of `jax.vmap` or `jax.shard_map`), or several, to reduce over too. Each
        member is weighted by its count: up to `members.MOST_TELLERS` of them take their own moments, and all
        merge the same ones, after one collective.
      centered: False takes the squares about zero instead: mean 0, squares = sum(x^2).
      axis_index_groups: groups of the mapped axis's indices, each of which has statistics of its own.

    Returns:
      Moments, each field of x's shape without `axes`. Without a value: all zero.

    Raises:
      TypeError: x is not real floating, or mask is not boolean.
      ValueError: the mask does not broadcast to x, an axis is out of range or repeated, or the groups do
        not divide the mapped axis.

    Source: Chan, Golub, LeVeque, "Algorithms for computing the sample variance: analysis and
    recommendations", 1983.
    """
    return shared_moments(x, axes, mask, members(axis_name, axis_index_groups), centered)


def shared_moments(
    x: Array, axes: int | Sequence[int], mask: Array | None, sharing: Sharing, centered: bool = True
) -> Moments:
    """`moments`, shared with the members of a mapped axis, or with neighbouring features; otherwise as there.

    Args:
      x: floating, any shape.
      axes: what to reduce; the last is not among them where features share.
      mask: boolean, broadcastable to x, or None.
      sharing: who shares.
      centered: False takes the squares about zero.
    """
    axes = _reduced_axes(x, axes)
    mask = full_mask(mask, x)
    x = x.astype(statistics_dtype(x))
    if mask is not None:
        x = jnp.where(mask, x, 0)
    if not centered:
        return _about_zero(axes, sharing, x, mask)
    return _about_mean(axes, sharing, x, mask)


def _about_zero(axes: tuple[int, ...], sharing: Sharing, x: Array, mask: Array | None) -> Moments:
    squares = jnp.sum(jnp.square(x), axes)
    if mask is None:
        squares = sharing.total(squares)
        count = _count(x, axes, mask, sharing, squares)
    else:
        squares, count = sharing.totals(squares, _count(x, axes, mask, ALONE, squares))
    zero = jnp.zeros_like(squares)
    return Moments(count, zero, squares, zero)


@partial(jax.custom_jvp, nondiff_argnums=(0, 1))
def _about_mean(axes: tuple[int, ...], sharing: Sharing, x: Array, mask: Array | None) -> Moments:
    told = len(Moments._fields) * math.prod(size for axis, size in enumerate(x.shape) if axis not in axes)
    if not (isinstance(sharing, Members) and sharing.can_tell(told)):
        return _in_two_passes(axes, sharing, x, mask)
    own = jnp.stack(_in_two_passes(axes, ALONE, x, mask))
    return merge_all(Moments(*jnp.unstack(sharing.of_each(own), axis=1)))


def _in_two_passes(axes: tuple[int, ...], sharing: Sharing, x: Array, mask: Array | None) -> Moments:
    near = pivot(x, axes, mask, sharing)
    count = _count(x, axes, mask, sharing, near)
    near = jnp.where(count > 0, near, 0)
    total = _total(_counted(x - jnp.expand_dims(near, axes), mask), axes, sharing)
    # Sign and size apart, so that no compiler contracts the division with the sum in two_sum: what reads the
    # mean may compute it again, and a mean that is contracted in one place and not in another is two means.
    distance = jnp.sign(total) * (jnp.abs(total) / jnp.maximum(count, 1))
    mean, correction = two_sum(near, distance)
    # Neither x - near nor x - mean, which others use: XLA on a CPU writes to memory what two sums share.
    difference = (x + jnp.expand_dims(-near, axes)) - jnp.expand_dims(distance, axes)
    squares = _total(jnp.square(_counted(difference, mask)), axes, sharing)
    return Moments(count, mean, squares, correction)


@_about_mean.defjvp
def _about_mean_rule(
    axes: tuple[int, ...],
    sharing: Sharing,
    primals: tuple[Array, Array | None],
    tangents: tuple[Array, object],
) -> tuple[Moments, Moments]:
    """d mean = mean of dx, d squares = 2 sum((x - mean) dx): that the mean moves changes no sum of squares.

    The derivative of the mean is put where its readers look for it; its correction has none.
    """
    (x, mask), (dx, _) = primals, tangents
    dx = dx if mask is None else jnp.where(mask, dx, 0)
    taken = _about_mean(axes, sharing, x, mask)
    products = _counted(deviation(x, taken, axes), mask) * dx
    total, total_products = sharing.totals(jnp.sum(dx, axes), jnp.sum(products, axes))
    dmean, nothing = total / jnp.maximum(taken.count, 1), jnp.zeros_like(total)
    return taken, Moments(nothing, dmean, 2 * total_products, nothing)


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
    if isinstance(epsilon, float) and epsilon >= float(jnp.finfo(total.dtype).smallest_normal):
        return _inverse_root(total)  # a choice for every row would be a pass of its own
    positive = total > 0
    return jnp.where(positive, _inverse_root(jnp.where(positive, total, 1)), 0)


@jax.custom_jvp
def _inverse_root(x: Array) -> Array:
    return lax.rsqrt(x)


@_inverse_root.defjvp
def _inverse_root_rule(primals: tuple[Array], tangents: tuple[Array]) -> tuple[Array, Array]:
    """-r^3 dx / 2, one factor at a time: r^3 may be infinite where the product is not."""
    r = _inverse_root(primals[0])
    return r, -0.5 * (r * (r * (r * tangents[0])))


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


def _total(values: Array, axes: tuple[int, ...], sharing: Sharing) -> Array:
    return sharing.total(jnp.sum(values, axes))


def _count(x: Array, axes: tuple[int, ...], mask: Array | None, sharing: Sharing, reduced: Array) -> Array:
    """How many values are counted, in the shape, dtype and sharding of `reduced`."""
    if mask is None:
        own, number = math.prod(x.shape[axis] for axis in axes), sharing.number()
        if isinstance(number, int):
            return jnp.full_like(reduced, number * own)
        return jnp.zeros_like(reduced) + (number * own).astype(reduced.dtype)
    # Counted as integers within a member: a float32 sum of ones stops at 2^24.
    return _total(mask.astype(jnp.int32), axes, sharing).astype(reduced.dtype)


def _counted(values: Array, mask: Array | None) -> Array:
    return values if mask is None else jnp.where(mask, values, 0)
