"""Whole numbers that do not wrap, and that no batch is too small to be added to."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from bnact.types import Array, AxisName

_BITS = 30
_MEMBERS = 2**15


class Count(NamedTuple):
    """high 2^30 + low: int32 wraps at 2^31, float32 stops counting ones at 2^24; this holds up to 2^61.

    Attributes:
      high, low: int32 of one shape, 0 <= low < 2^30.
    """

    high: Array
    low: Array


def no_count(shape: tuple[int, ...]) -> Count:
    """Zeros of that shape."""
    return Count(jnp.zeros(shape, jnp.int32), jnp.zeros(shape, jnp.int32))


def count_true(flags: Array, axes: tuple[int, ...], axis_name: AxisName | None) -> Count:
    """How many of the flags are True, over some axes and the members of a mapped axis.

    Args:
      flags: boolean, fewer than 2^31 along `axes`.
      axes: what to reduce.
      axis_name: a mapped axis, or several, to sum over too; at most 2^15 members in all.

    Raises:
      ValueError: the mapped axes have more members.
    """
    return shared(jnp.sum(flags, axes, dtype=jnp.int32), axis_name)


def shared(number: Array, axis_name: AxisName | None) -> Count:
    """An int32 number, not negative, summed over the members of a mapped axis; errors as in `count_true`."""
    # The lower half has 15 bits, the upper 16: the sum of 2^15 members, and what is carried, stay below 2^31.
    low, high = number & (2**15 - 1), number >> 15
    if axis_name is not None:
        _check_members(jax.lax.axis_size(axis_name))
        low, high = jax.lax.psum((low, high), axis_name)
    carried = high + (low >> 15)
    return Count(carried >> (_BITS - 15), ((carried & (2**15 - 1)) << 15) | (low & (2**15 - 1)))


def _check_members(members: int) -> None:
    if members > _MEMBERS:
        raise ValueError(
            f"count: a mapped axis must have at most {_MEMBERS} members; got {members}; count the flags of "
            "several in one"
        )


def added(a: Count, b: Count) -> Count:
    """The sum."""
    low = a.low + b.low
    return Count(a.high + b.high + (low >> _BITS), low & (2**_BITS - 1))


def as_float(count: Count) -> Array:
    """The number in float32, correct to 1e-7 of itself."""
    return count.high.astype(jnp.float32) * 2.0**_BITS + count.low.astype(jnp.float32)


def ratio(part: Count, whole: Count) -> Array:
    """part / whole in float32; NaN where the whole is 0."""
    total = as_float(whole)
    return jnp.where(total > 0, as_float(part) / jnp.maximum(total, 1), jnp.nan)
