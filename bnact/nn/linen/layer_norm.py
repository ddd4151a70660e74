"""Layer norm and RMS norm with the fields of Flax Linen's."""

import math
from typing import Any

import jax.numpy as jnp
from flax import linen, nnx
from jax.typing import ArrayLike, DTypeLike

from bnact import nn
from bnact.nn.norms.axes import Axes, feature_sizes
from bnact.types import Array, AxisName

from .parameters import Initializer, declared, unless_initializing


class LayerNorm(linen.Module):
    """`bnact.nn.LayerNorm` with the fields of `flax.linen.LayerNorm`.

    `use_fast_variance` and `force_float32_reductions` are taken and have no effect: statistics are always
    the accurate ones, in float32 or wider.
    """

    epsilon: float = 1e-6
    dtype: DTypeLike | None = None
    param_dtype: DTypeLike = jnp.float32
    use_bias: bool = True
    use_scale: bool = True
    bias_init: Initializer = linen.initializers.zeros
    scale_init: Initializer = linen.initializers.ones
    reduction_axes: Axes = -1
    feature_axes: Axes = -1
    axis_name: AxisName | None = None
    axis_index_groups: Any = None
    use_fast_variance: bool = True
    force_float32_reductions: bool = True

    @linen.compact
    def __call__(self, x: ArrayLike, *, mask: Array | None = None) -> Array:
        """The norm applied to `x`; arguments as in `flax.linen.LayerNorm`."""
        x = jnp.asarray(x)
        shape = feature_sizes("LayerNorm", "feature_axes", self.feature_axes, x.shape)
        held = nn.LayerNorm(
            math.prod(shape),
            reduction_axes=self.reduction_axes,
            feature_axes=self.feature_axes,
            epsilon=self.epsilon,
            dtype=self.dtype,
            param_dtype=self.param_dtype,
            use_scale=self.use_scale,
            scale_init=declared(self, "scale", self.scale_init, shape),
            use_bias=self.use_bias,
            bias_init=declared(self, "bias", self.bias_init, shape),
            axis_name=unless_initializing(self, self.axis_name),
            axis_index_groups=unless_initializing(self, self.axis_index_groups),
            rngs=nnx.Rngs(0),
        )
        return held(x, mask=mask)


class RMSNorm(linen.Module):
    """`bnact.nn.RMSNorm` with the fields of `flax.linen.RMSNorm`.

    `use_fast_variance` and `force_float32_reductions` are taken and have no effect: statistics are always
    the accurate ones, in float32 or wider.
    """

    epsilon: float = 1e-6
    dtype: DTypeLike | None = None
    param_dtype: DTypeLike = jnp.float32
    use_scale: bool = True
    scale_init: Initializer = linen.initializers.ones
    reduction_axes: Axes = -1
    feature_axes: Axes = -1
    axis_name: AxisName | None = None
    axis_index_groups: Any = None
    use_fast_variance: bool = True
    force_float32_reductions: bool = True

    @linen.compact
    def __call__(self, x: ArrayLike, *, mask: Array | None = None) -> Array:
        """The norm applied to `x`; arguments as in `flax.linen.RMSNorm`."""
        x = jnp.asarray(x)
        shape = feature_sizes("RMSNorm", "feature_axes", self.feature_axes, x.shape)
        held = nn.RMSNorm(
            math.prod(shape),
            reduction_axes=self.reduction_axes,
            feature_axes=self.feature_axes,
            epsilon=self.epsilon,
            dtype=self.dtype,
            param_dtype=self.param_dtype,
            use_scale=self.use_scale,
            scale_init=declared(self, "scale", self.scale_init, shape),
            axis_name=unless_initializing(self, self.axis_name),
            axis_index_groups=unless_initializing(self, self.axis_index_groups),
            rngs=nnx.Rngs(0),
        )
        return held(x, mask=mask)
