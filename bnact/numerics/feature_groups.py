"""Sums and least values over groups of neighbouring features."""

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp

from bnact.numerics.members import Members
from bnact.types import Array


class FeatureGroups(NamedTuple):
    """Features that share statistics, as many neighbours to each group; and the members who share them.

    What is shared is repeated for every feature, so that what follows goes over whole rows of features: a
    row cut into groups has loops as short as a group.

    Attributes:
      size: how many features a group has; it divides the last axis of what is given.
      members: of a mapped axis.
    """

    size: int
    members: Members

    def total(self, values: Array) -> Array:
        """The sum over each group, of (..., features), for each of its features."""
        return self._over_group(jnp.sum, self.members.total(values))

    def totals(self, first: Array, second: Array) -> tuple[Array, Array]:
        """The totals of two arrays of one shape.

        In one sum, since XLA on a CPU makes a small sum that has one reader a part of the pass that reads
        it, and for that writes every other factor in full size to memory.
        """
        first, second = jnp.unstack(self.total(jnp.stack((first, second))))
        return first, second

    def as_own(self, x: Array, first: Array, second: Array) -> tuple[Array, Array]:
        """Two totals, varying over devices as x does: see `Members.as_own`."""
        return self.members.as_own(x, first, second)

    def least(self, values: Array) -> Array:
        """The least of each group, of (..., features), for each of its features."""
        return self._over_group(jnp.min, self.members.least(values))

    def number(self) -> int | Array:
        """How many values share for each that is reduced: see `Members.number`."""
        return self.size * self.members.number()

    def _over_group(self, reduced: Callable[..., Array], values: Array) -> Array:
        grouped = jnp.reshape(values, (*values.shape[:-1], values.shape[-1] // self.size, self.size))
        every = jnp.broadcast_to(reduced(grouped, -1, keepdims=True), grouped.shape)
        return jnp.reshape(every, values.shape)


Sharing = Members | FeatureGroups
"""Who shares statistics beside the values that are reduced."""
