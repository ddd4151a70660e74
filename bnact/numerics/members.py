"""What the members of a mapped axis, or groups of them, have together: sums, least values, all values."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax

from bnact.numerics.varying import varying_as
from bnact.types import Array, AxisName

AxisGroups = Sequence[Sequence[int]]
"""The indices of a mapped axis in disjoint groups, each of which shares its statistics."""

MOST_TELLERS = 16
"""Up to how many members each tells its numbers to all, in one collective in the place of several.

Each has a slot in what is summed, so that this grows with the members: for 16 of them and 1024 features, four
float32 each, to 256 KiB. What is saved does not grow: between processes a collective of a few numbers costs
milliseconds of waiting. Under `jax.vmap` nothing waits and every member has all the slots: 16 members of 64
examples and 256 features took a tenth longer to standardize and back, 64 of 8 examples twenty times as long.
"""

MOST_TOLD = 2**20
"""And up to how many numbers of all of them: 4 MiB of float32. Beyond, sending takes longer than waiting."""


class Members(NamedTuple):
    """Who shares statistics: the members of a mapped axis, all together or in groups.

    Attributes:
      axis_name: the mapped axis, or axes; None where there is one member alone.
      groups: None for all together.
      size: of the mapped axis. It is kept, since a rule for derivatives may run where the axis has a meaning
        for sums, but its size is known no more.
    """

    axis_name: AxisName | None
    groups: tuple[tuple[int, ...], ...] | None
    size: int

    def total(self, values: Array) -> Array:
        """The sum of each member's values over those that share with it; of the values' shape."""
        return values if self.axis_name is None else self._shared(lax.psum, values, 0)

    def totals(self, first: Array, second: Array) -> tuple[Array, Array]:
        """The totals of two arrays of one shape, in one collective."""
        if self.axis_name is None:
            return first, second
        first, second = jnp.unstack(self.total(jnp.stack((first, second))))
        return first, second

    def as_own(self, x: Array, first: Array, second: Array) -> tuple[Array, Array]:
        """Two totals of one shape, varying over devices as x does: in one step, whose transpose is one sum.

        Each by itself would become a collective of its own where `jax.shard_map` checks what varies.
        """
        if self.axis_name is None:
            return first, second
        first, second = jnp.unstack(varying_as(x, jnp.stack((first, second))))
        return first, second

    def can_tell(self, numbers: int) -> bool:
        """Whether there are others, few enough that `of_each` of so many numbers costs less than sums."""
        return self.axis_name is not None and self.size <= MOST_TELLERS and self.size * numbers <= MOST_TOLD

    def of_each(self, values: Array) -> Array:
        """The values of every member, in one collective: (size, *shape), 0 for those that do not share.

        A sum of slots, which is known to be the same for all, where what is gathered is not.
        """
        own = jnp.arange(self.size, dtype=jnp.int32) == lax.axis_index(self.axis_name)
        told = lax.psum(_in_slots(own, values[None], 0), self.axis_name)
        return told if self.groups is None else _in_slots(self._group_of() == self._group(), told, 0)

    def least(self, values: Array) -> Array:
        """The least of each member's values among those that share with it; of the values' shape."""
        return values if self.axis_name is None else self._shared(lax.pmin, values, jnp.inf)

    def number(self) -> int | Array:
        """How many share: a number where it is the same for all, an integer scalar otherwise."""
        if self.groups is None:
            return self.size
        sizes = [len(group) for group in self.groups]
        return sizes[0] if len({*sizes}) == 1 else jnp.asarray(sizes)[self._group()]

    def _shared(self, collective: Callable[..., Array], values: Array, neutral: float) -> Array:
        """The collective within a group: each group has a slot, in which the others put what is neutral.

        The collectives' own groups cannot be had under `jax.vmap`, nor in a `jax.shard_map` that checks.
        """
        if self.groups is None:
            return collective(values, self.axis_name)
        mine = jnp.arange(len(self.groups), dtype=jnp.int32) == self._group()
        return collective(_in_slots(mine, values[None], neutral), self.axis_name)[self._group()]

    def _group(self) -> Array:
        return self._group_of()[lax.axis_index(self.axis_name)]

    def _group_of(self) -> Array:
        """The number of each member's group, (size,)."""
        assert self.groups is not None
        group_of = np.zeros(self.size, np.int32)
        for group, indices in enumerate(self.groups):
            group_of[list(indices)] = group
        return jnp.asarray(group_of)


def _in_slots(which: Array, values: Array, neutral: float) -> Array:
    """The values in those slots, of which they have one or all, and what is neutral in the others."""
    which = jnp.expand_dims(which, tuple(range(1, values.ndim)))
    return jnp.where(which, values, jnp.asarray(neutral, values.dtype))


ALONE = Members(None, None, 1)
"""No mapped axis: what is here is all there is."""


def members(axis_name: AxisName | None, groups: AxisGroups | None) -> Members:
    """Those that share statistics, or a ValueError where the groups do not divide the axis.

    Args:
      axis_name: a mapped axis, or several, or None.
      groups: every index of the axis in exactly one group, or None.
    """
    if axis_name is None and groups is None:
        return ALONE
    if axis_name is None:
        raise ValueError(
            f"moments: axis_index_groups divides a mapped axis; got axis_index_groups={groups} and "
            f"axis_name=None; use axis_name too"
        )
    size = lax.axis_size(axis_name)
    if groups is None:
        return Members(axis_name, None, size)
    if sorted(index for group in groups for index in group) != list(range(size)):
        raise ValueError(
            f"moments: axis_index_groups must hold each of 0 to {size - 1} once, the indices of axis "
            f"{axis_name!r}; got {groups}; use groups that divide the axis"
        )
    return Members(axis_name, tuple(map(tuple, groups)), size)
