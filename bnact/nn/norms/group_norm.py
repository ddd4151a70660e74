"""Group normalization with flax.nnx's arguments."""

from collections.abc import Iterable
from types import MappingProxyType

import jax.numpy as jnp
from flax import nnx
from flax.nnx.nn import dtypes
from jax.typing import ArrayLike, DTypeLike

from bnact.nn.precision import checked_dtypes
from bnact.normalizations.border import checked_epsilon, checked_features, checked_size
from bnact.normalizations.reduced import normalized_by_reduction
from bnact.normalizations.reduction import by_groups
from bnact.numerics.divisors import divisors
from bnact.numerics.members import members
from bnact.types import Array, AxisName

from .axes import Axes, checked_axes, hashable_groups, positive_axes
from .entrance import Promote, entered
from .variables import Metadata, affine_over, parameter, value_of


class GroupNorm(nnx.Module):
    """y = (x - mean) / sqrt(variance + epsilon) * scale + bias, for `flax.nnx.GroupNorm`.

    Arguments, their defaults and the variables are flax's; `bnact.normalizations.group_norm` is the same as
    a pure function. The features are on the last axis. What is masked out comes out as 0.

    Attributes:
      scale, bias: (num_features,), or None.

    Source: Wu, He, "Group normalization", 2018.
    """

    def __init__(
        self,
        num_features: int,
        num_groups: int | None = 32,
        group_size: int | None = None,
        *,
        epsilon: float = 1e-6,
        dtype: DTypeLike | None = None,
        param_dtype: DTypeLike = jnp.float32,
        use_bias: bool = True,
        use_scale: bool = True,
        bias_init: nnx.Initializer = nnx.initializers.zeros,
        scale_init: nnx.Initializer = nnx.initializers.ones,
        reduction_axes: Axes | None = None,
        axis_name: AxisName | None = None,
        axis_index_groups: Iterable[Iterable[int]] | None = None,
        use_fast_variance: bool = True,
        promote_dtype: Promote = dtypes.promote_dtype,
        rngs: nnx.Rngs,
        bias_metadata: Metadata = MappingProxyType({}),
        scale_metadata: Metadata = MappingProxyType({}),
    ):
        """Makes the module.

        Args:
          num_features: size of x's last axis.
          num_groups: how many groups of successive features; None where `group_size` is given.
          group_size: features in a group.
          epsilon: added to the (biased) variance.
          dtype: of the output; None takes what `promote_dtype` finds. Statistics and arithmetic are float32
            or wider in any case.
          param_dtype: of scale and bias.
          use_bias, use_scale: whether to learn a bias, a scale.
          bias_init, scale_init: their initializers.
          reduction_axes: over which the statistics are taken, the last among them, which stands for the
            features of a group; None takes all but the first.
          axis_name: a mapped axis, or several, over which to take the statistics too, weighted by count.
          axis_index_groups: groups of that axis's indices, each with statistics of its own.
          use_fast_variance: taken as flax takes it, and without effect: the variance is always the accurate
            one, in two passes.
          promote_dtype: finds the type of the output, given (x, scale, bias) and `dtype`.
          rngs: keys for the initial values.
          bias_metadata, scale_metadata: what to attach to the variables.

        Raises:
          TypeError: num_features or an axis is no whole number.
          ValueError: num_features below 1, a negative epsilon, a type that is not real floating, or groups
            that do not divide the features or are told twice or not at all.
        """
        subject = "GroupNorm"
        checked_dtypes(subject, dtype, param_dtype)
        num_features = checked_features(subject, num_features)
        self.scale = parameter(use_scale, scale_init, num_features, param_dtype, rngs, scale_metadata)
        self.bias = parameter(use_bias, bias_init, num_features, param_dtype, rngs, bias_metadata)
        self.num_features, self.epsilon = num_features, checked_epsilon(subject, epsilon)
        self.dtype, self.param_dtype = dtype, param_dtype
        self.use_bias, self.use_scale = use_bias, use_scale
        self.num_groups, self.group_size = _groups_and_size(num_features, num_groups, group_size)
        self.feature_axis, self.reduction_axes = -1, None
        if reduction_axes is not None:
            self.reduction_axes = checked_axes(subject, "reduction_axes", reduction_axes)
        self.axis_name, self.axis_index_groups = axis_name, hashable_groups(axis_index_groups)
        self.use_fast_variance, self.promote_dtype = use_fast_variance, promote_dtype

    def __call__(self, x: ArrayLike, *, mask: Array | None = None) -> Array:
        """The norm applied to `x`.

        Args:
          x: real, (..., num_features).
          mask: boolean, broadcastable to x; True counts.

        Returns:
          An array of x's shape.

        Raises:
          TypeError: x or the output is complex, or the mask is not boolean.
          ValueError: x has other features, or not the axes, or the mask does not broadcast to x.
        """
        subject, scale, bias = "GroupNorm", value_of(self.scale), value_of(self.bias)
        x, mask, dtype = entered(subject, x, mask, self.promote_dtype, (scale, bias), self.dtype)
        params = affine_over(subject, scale, bias, (x.ndim - 1,), x)
        axes = self._axes_but_last(x.shape)
        sharing = members(self.axis_name, self.axis_index_groups)
        reduction = by_groups(x.shape, axes, self.num_groups, sharing)
        return normalized_by_reduction(x, reduction, self.epsilon, params, mask)[0].astype(dtype)

    def _axes_but_last(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The axes to reduce beside the last, of which a group is reduced."""
        last = len(shape) - 1
        if self.reduction_axes is None:
            return tuple(range(1, last))
        axes = positive_axes("GroupNorm", "reduction_axes", self.reduction_axes, shape)
        if last not in axes:
            raise ValueError(
                f"GroupNorm: reduction_axes must hold the last axis, that of the features; got "
                f"reduction_axes={self.reduction_axes}, x of shape {shape}; use {(*axes, last)}"
            )
        return axes[:-1]


def _groups_and_size(num_features: int, num_groups: int | None, group_size: int | None) -> tuple[int, int]:
    if (num_groups is None) == (group_size is None):
        raise ValueError(
            f"GroupNorm: one of num_groups and group_size must be given, and the other None; got "
            f"num_groups={num_groups}, group_size={group_size}; use num_groups=None beside a group_size"
        )
    name, divisor = ("num_groups", num_groups) if group_size is None else ("group_size", group_size)
    assert divisor is not None
    checked_size("GroupNorm", name, divisor)
    if num_features % divisor:
        raise ValueError(
            f"GroupNorm: num_features must be divisible by {name}; got num_features={num_features}, "
            f"{name}={divisor}; use {name} in {divisors(num_features)}"
        )
    count = divisor if group_size is None else num_features // divisor
    return count, num_features // count
