"""Layer normalization with flax.nnx's arguments."""

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

from .axes import Axes, checked_axes, hashable_groups, positive_axes
from .entrance import Promote, entered
from .variables import Metadata, affine_over, parameter, value_of


class LayerNorm(nnx.Module):
    """y = (x - mean) / sqrt(variance + epsilon) * scale + bias, for `flax.nnx.LayerNorm`.

    Arguments, their defaults and the variables are flax's; `bnact.normalizations.layer_norm` is the same as
    a pure function, over the last axis. What is masked out comes out as 0.

    Attributes:
      scale, bias: (num_features,), or None.

    Source: Ba, Kiros, Hinton, "Layer normalization", 2016.
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
        reduction_axes: Axes = -1,
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
          reduction_axes: over which the statistics are taken.
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
        subject = "LayerNorm"
        checked_dtypes(subject, dtype, param_dtype)
        num_features = checked_features(subject, num_features)
        self.scale = parameter(use_scale, scale_init, num_features, param_dtype, rngs, scale_metadata)
        self.bias = parameter(use_bias, bias_init, num_features, param_dtype, rngs, bias_metadata)
        self.num_features, self.epsilon = num_features, checked_epsilon(subject, epsilon)
        self.dtype, self.param_dtype = dtype, param_dtype
        self.use_bias, self.use_scale = use_bias, use_scale
        self.reduction_axes = checked_axes(subject, "reduction_axes", reduction_axes)
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
          TypeError: x or the output is complex, or the mask is not boolean.
          ValueError: x has other features, or not the axes, or the mask does not broadcast to x.
        """
        subject, scale, bias = "LayerNorm", value_of(self.scale), value_of(self.bias)
        x, mask, dtype = entered(subject, x, mask, self.promote_dtype, (scale, bias), self.dtype)
        axes = positive_axes(subject, "reduction_axes", self.reduction_axes, x.shape)
        features = positive_axes(subject, "feature_axes", self.feature_axes, x.shape)
        sharing = members(self.axis_name, self.axis_index_groups)
        params = affine_over(subject, scale, bias, features, x)
        return normalized_by_own(x, axes, self.epsilon, params, mask, sharing)[0].astype(dtype)
