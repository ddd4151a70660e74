"""Instance normalization with flax.nnx's arguments."""

from collections.abc import Iterable
from types import MappingProxyType

import jax.numpy as jnp
from flax import nnx
from flax.nnx.nn import dtypes
from jax.typing import ArrayLike, DTypeLike

from bnact.nn.precision import checked_dtypes
from bnact.normalizations.border import checked_epsilon, checked_features
from bnact.normalizations.own_statistics import normalized_by_own
from bnact.numerics.members import members
from bnact.types import Array, AxisName

from .axes import Axes, checked_axes, hashable_groups, other_axes, positive_axes
from .entrance import Promote, entered
from .variables import Metadata, affine_over, parameter, value_of


class InstanceNorm(nnx.Module):
    """y = (x - mean) / sqrt(variance + epsilon) * scale + bias, for `flax.nnx.InstanceNorm`.

    Arguments, their defaults and the variables are flax's; `bnact.normalizations.instance_norm` is the same
    as a pure function, with the features last. Statistics are over all axes but the first and those of the
    features. What is masked out comes out as 0.

    Attributes:
      scale, bias: (num_features,), or None.

    Source: Ulyanov, Vedaldi, Lempitsky, "Instance normalization: the missing ingredient for fast
    stylization", 2016.
    """

    def __init__(
        self,
        num_features: int,
        *,
        epsilon: float = 1e-6,
        dtype: DTypeLike | None = None,
        param_dtype: DTypeLike = jnp.float32,
        use_bias: bool = True,
        use_scale: bool = True,
        bias_init: nnx.Initializer = nnx.initializers.zeros,
        scale_init: nnx.Initializer = nnx.initializers.ones,
        feature_axes: Axes = -1,
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
          num_features: how many features x has on `feature_axes`, in all.
          epsilon: added to the (biased) variance.
          dtype: of the output; None takes what `promote_dtype` finds. Statistics and arithmetic are float32
            or wider in any case.
          param_dtype: of scale and bias.
          use_bias, use_scale: whether to learn a bias, a scale.
          bias_init, scale_init: their initializers.
          feature_axes: those that have a scale and bias for each index.
          axis_name: a mapped axis, or several, over which to take the statistics too, weighted by count.
          axis_index_groups: groups of that axis's indices, each with statistics of its own.
          use_fast_variance: taken as flax takes it, and without effect: the variance is always the accurate
            one, in two passes.
          promote_dtype: finds the type of the output, given (x, scale, bias) and `dtype`.
          rngs: keys for the initial values.
          bias_metadata, scale_metadata: what to attach to the variables.

        Raises:
          TypeError: num_features or an axis is no whole number.
          ValueError: num_features below 1, a negative epsilon, or a type that is not real floating.
        """
        subject = "InstanceNorm"
        checked_dtypes(subject, dtype, param_dtype)
        num_features = checked_features(subject, num_features)
        self.scale = parameter(use_scale, scale_init, num_features, param_dtype, rngs, scale_metadata)
        self.bias = parameter(use_bias, bias_init, num_features, param_dtype, rngs, bias_metadata)
        self.num_features, self.epsilon = num_features, checked_epsilon(subject, epsilon)
        self.dtype, self.param_dtype = dtype, param_dtype
        self.use_bias, self.use_scale = use_bias, use_scale
        self.feature_axes = checked_axes(subject, "feature_axes", feature_axes)
        self.axis_name, self.axis_index_groups = axis_name, hashable_groups(axis_index_groups)
        self.use_fast_variance, self.promote_dtype = use_fast_variance, promote_dtype

    def __call__(self, x: ArrayLike, *, mask: Array | None = None) -> Array:
        """The norm applied to `x`.

        Args:
          x: real, with `num_features` features on `feature_axes`.
          mask: boolean, broadcastable to x; True counts.

        Returns:
          An array of x's shape.

        Raises:
          ValueError: the first axis, which is that of the examples, is among `feature_axes`, or no axis is
            left to reduce.
        """
        subject, scale, bias = "InstanceNorm", value_of(self.scale), value_of(self.bias)
        x, mask, dtype = entered(subject, x, mask, self.promote_dtype, (scale, bias), self.dtype)
        features = positive_axes(subject, "feature_axes", self.feature_axes, x.shape)
        axes = _positions(features, x)
        sharing = members(self.axis_name, self.axis_index_groups)
        params = affine_over(subject, scale, bias, features, x)
        return normalized_by_own(x, axes, self.epsilon, params, mask, sharing)[0].astype(dtype)


def _positions(features: tuple[int, ...], x: Array) -> tuple[int, ...]:
    if 0 in features:
        raise ValueError(
            f"InstanceNorm: feature_axes must leave out the first axis, that of the examples; got "
            f"feature_axes={features}, x of shape {x.shape}; use feature_axes=-1"
        )
    axes = other_axes((0, *features), x.ndim)
    if not axes:
        raise ValueError(
            f"InstanceNorm: x must have an axis of positions beside examples and features; got x of "
            f"shape {x.shape}, feature_axes={features}; use x of shape (examples, positions, features), or "
            f"LayerNorm"
        )
    return axes
