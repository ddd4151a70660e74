"""What a norm reduces of an input of one shape: in which view, over which axes, shared with whom."""

from typing import NamedTuple

import jax.numpy as jnp

from bnact.normalizations.affine import Affine
from bnact.normalizations.standardization import Standardization, reduced_axes
from bnact.numerics.feature_groups import FeatureGroups, Sharing
from bnact.numerics.members import ALONE, Members
from bnact.types import Array


class Reduction(NamedTuple):
    """A standardization of inputs of one shape: (x - mean) / sqrt(variance + epsilon), in a view of x.

    Attributes:
      view: the shape in which x is looked at; its last axes, `features` of them, hold the features.
      axes: those of the view over which the statistics are taken, not negative.
      sharing: who shares the statistics beside the values that are reduced.
      centered: False subtracts no mean, and takes the squares about zero.
      divided: False does not divide.
      features: how many axes of the view the features have.
    """

    view: tuple[int, ...]
    axes: tuple[int, ...]
    sharing: Sharing = ALONE
    centered: bool = True
    divided: bool = True
    features: int = 1

    @property
    def has_statistics(self) -> bool:
        """Whether anything is subtracted or divided by."""
        return self.centered or self.divided

    @property
    def across(self) -> bool:
        """Whether the features, and so scale and bias, differ along the axes that are reduced."""
        return any(axis >= len(self.view) - self.features for axis in self.axes)

    def viewed(self, x: Array) -> Array:
        """x in the view."""
        return x if x.shape == self.view else jnp.reshape(x, self.view)

    def viewed_affine(self, params: Affine) -> Affine:
        """Scale and bias, each (features,) or None, as they meet the view."""
        if self.features == 1:
            return params
        shape = self.view[-self.features :]
        return Affine(*(None if each is None else jnp.reshape(each, shape) for each in params))


def whole(standardization: Standardization, shape: tuple[int, ...], sharing: Members = ALONE) -> Reduction:
    """The reduction, in x's own shape, of one of `STANDARDIZATIONS`.

    Args:
      standardization: what is reduced.
      shape: of x.
      sharing: the members of a mapped axis.
    """
    divided = standardization.axes != "none"
    return Reduction(
        shape, reduced_axes(standardization, len(shape)), sharing, standardization.centered, divided
    )


def by_groups(
    shape: tuple[int, ...], axes: tuple[int, ...], groups: int, sharing: Members = ALONE
) -> Reduction:
    """The reduction over groups of neighbouring features.

    Over positions, every feature is summed by itself first, and the sums over the groups after: loops as
    long as all features are faster than loops as long as a group. Without positions there is nothing to sum
    first, and the features are looked at as (groups, features of a group).

    Args:
      shape: of x, features last.
      axes: over which the statistics are taken beside the features of a group, not negative, not the last.
      groups: how many; they divide the features.
      sharing: the members of a mapped axis.
    """
    size = shape[-1] // groups
    if axes:
        return Reduction(shape, axes, FeatureGroups(size, sharing))
    return Reduction((*shape[:-1], groups, size), (len(shape),), sharing, features=2)
