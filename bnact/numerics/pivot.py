"""A value near the mean, from which differences are taken before the mean is known."""

import math
from collections.abc import Callable

import jax.numpy as jnp
from jax import lax

from bnact.numerics.feature_groups import Sharing
from bnact.numerics.varying import is_split
from bnact.types import Array

# No value of n is further than sqrt(n - 1) deviations from the mean: 64, which costs 4e-6 in float32.
_ANY_IS_NEAR = 4096


def pivot(x: Array, axes: tuple[int, ...], mask: Array | None, sharing: Sharing) -> Array:
    """A value among those counted, the same for all who share it.

    Of few values it is the first; of many the middle one of the first, the last and one between, so that no
    single value can spoil it: neither takes a pass over x. Behind a mask, and where an axis to reduce is
    explicitly sharded, the place of a value that counts is not known, and it is the least of all. Those who
    share take the least of theirs.

    Args:
      x: floating, any shape.
      axes: over which the mean will be taken, not negative.
      mask: boolean of x's shape, or None.
      sharing: who shares the mean.

    Returns:
      Array of x's shape without `axes`; infinite where nothing is counted.
    """
    if 0 in x.shape:
        return sharing.least(jnp.min(x, axes, initial=jnp.inf))
    if mask is not None or is_split(x, axes):
        return sharing.least(jnp.min(x if mask is None else jnp.where(mask, x, jnp.inf), axes))
    number = sharing.number()
    return sharing.least(_one_of(x, axes, number if isinstance(number, int) else _ANY_IS_NEAR))


def _one_of(x: Array, axes: tuple[int, ...], members: int) -> Array:
    def at(place: Callable[[int], int]) -> Array:
        start = [place(size) if axis in axes else 0 for axis, size in enumerate(x.shape)]
        stop = [begin + 1 if axis in axes else x.shape[axis] for axis, begin in enumerate(start)]
        return lax.squeeze(lax.slice(x, start, stop), axes)

    first = at(lambda size: 0)
    if members * math.prod(x.shape[axis] for axis in axes) <= _ANY_IS_NEAR:
        return first
    between, last = at(lambda size: size // 2), at(lambda size: size - 1)
    lower, upper = jnp.minimum(first, between), jnp.maximum(first, between)
    return jnp.maximum(lower, jnp.minimum(upper, last))
