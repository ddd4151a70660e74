"""Group normalization: every example standardized over groups of its features, and over its positions."""

import math

from bnact.normalizations.affine import Affine, initial_affine
from bnact.normalizations.border import checked_epsilon, checked_features
from bnact.normalizations.groups import checked_groups, number_of_groups
from bnact.normalizations.normalization import Normalization, standardizing
from bnact.normalizations.positions import position_axes
from bnact.normalizations.reduction import Reduction, by_groups
from bnact.normalizations.standardizes import Standardizes
from bnact.types import AxisName


def group_norm(
    groups: int | None = None,
    group_size: int | None = None,
    epsilon: float = 1e-5,
    use_scale: bool = True,
    use_bias: bool = True,
) -> Normalization:
    """Group norm: y = (x - mean) / sqrt(variance + epsilon) * scale + bias over each group of features.

    x is (examples, ..., features), and mean and variance (biased) are over all axes but the first and over
    the features of a group; (examples, features) and (features,) have no positions to add. Scale and bias
    are of each feature. Over a single value there are no statistics: a group of one feature at one position
    is refused, as its output would be the bias whatever the input.

    Args:
      groups: how many groups of successive features; 32 as in the paper unless group_size is given.
      group_size: features in a group, in place of `groups`.
      epsilon: added to the variance; 1e-5 as in the paper and torch, where flax has 1e-6.
      use_scale: whether to learn a scale.
      use_bias: whether to learn a bias.

    Returns:
      Normalization whose state is (); train and axis_name make no difference to it. `init` raises ValueError
      where the features cannot be divided into such groups, and `apply` where a group is a single value.

    Raises:
      ValueError: epsilon is negative, both groups and group_size are given, or one of them is below 1.

    Source: Wu, He, "Group normalization", 2018.
    """
    name = "group_norm"
    checked_epsilon(name, epsilon)
    checked_groups(name, groups, group_size)

    def init(num_features: int) -> tuple[Affine, tuple[()]]:
        num_features = checked_features(name, num_features)
        number_of_groups(name, num_features, groups, group_size)
        return initial_affine(num_features, use_scale, use_bias), ()

    def reduction(shape: tuple[int, ...], axis_name: AxisName | None) -> Reduction:
        del axis_name  # an example needs no other
        count = number_of_groups(name, shape[-1], groups, group_size)
        axes = position_axes(len(shape))
        _check_groups(name, shape, count, math.prod(shape[axis] for axis in axes))
        return by_groups(shape, axes, count)

    return standardizing(init, Standardizes(name, reduction, epsilon))


def _check_groups(norm: str, shape: tuple[int, ...], groups: int, positions: int) -> None:
    """Nothing, or a ValueError where statistics would be of a single value."""
    features = shape[-1]
    if features == groups and positions == 1:
        raise ValueError(
            f"{norm}: statistics are taken over at least 2 values; got {groups} groups of {features} "
            f"features at one position, x of shape {shape}; use groups of at least 2 features"
        )
