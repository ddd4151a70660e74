"""An input standardized by the statistics of groups of its features."""

import jax.numpy as jnp

from bnact.normalizations.affine import Affine, affine
from bnact.normalizations.groups import grouped
from bnact.normalizations.own_statistics import normalized_by_own
from bnact.normalizations.standardize import behind_mask_zero
from bnact.numerics.feature_groups import FeatureGroups
from bnact.numerics.members import ALONE, Members
from bnact.types import Array


def normalized_by_groups(
    x: Array,
    axes: tuple[int, ...],
    groups: int,
    epsilon: float,
    params: Affine,
    mask: Array | None = None,
    sharing: Members = ALONE,
) -> Array:
    """(x - mean) / sqrt(variance + epsilon) * scale + bias with the statistics of each group of features.

    Over positions, every feature is summed by itself first, and the sums over the groups after: loops as
    long as all features are faster than loops as long as a group. Without positions there is nothing to sum
    first.

    Args:
      x: (..., features), float32 or wider, 0 behind the mask.
      axes: over which the statistics are taken beside the features of a group, not negative, not the last.
      groups: how many; they divide the features.
      epsilon: not negative, in units of the variance.
      params: scale and bias, each None or of a shape that broadcasts to x's last axes.
      mask: boolean of x's shape, or None. What is behind it comes out as 0.
      sharing: the members of a mapped axis to reduce over too.

    Returns:
      Array of x's shape and dtype.
    """
    if axes:
        shared = FeatureGroups(x.shape[-1] // groups, sharing)
        return normalized_by_own(x, axes, epsilon, params, mask, shared)[0]
    within = None if mask is None else grouped(mask, groups)
    z, _ = normalized_by_own(grouped(x, groups), (x.ndim,), epsilon, Affine(None, None), within, sharing)
    y = affine(params, jnp.reshape(z, x.shape))
    return behind_mask_zero(y, mask)
