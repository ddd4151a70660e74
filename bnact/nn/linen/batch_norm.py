"""Batch norm with the fields of Flax Linen's."""

import math
from typing import Any

import jax.numpy as jnp
from flax import linen, nnx
from jax.typing import ArrayLike, DTypeLike

from bnact import nn
from bnact.nn.norms.axes import feature_sizes
from bnact.types import Array, AxisName

from .held import called, running
from .parameters import Initializer, declared, unless_initializing, without_averages


class BatchNorm(linen.Module):
    """`bnact.nn.BatchNorm` with the fields of `flax.linen.BatchNorm`.

    `use_fast_variance` and `force_float32_reductions` are taken and have no effect: statistics are always
    the accurate ones, in float32 or wider. `init` updates nothing, and takes the first
    running averages.
    """

    use_running_average: bool | None = None
    axis: int = -1
    momentum: float = 0.99
    epsilon: float = 1e-5
    dtype: DTypeLike | None = None
    param_dtype: DTypeLike = jnp.float32
    use_bias: bool = True
    use_scale: bool = True
    bias_init: Initializer = linen.initializers.zeros
    scale_init: Initializer = linen.initializers.ones
    axis_name: AxisName | None = None
    axis_index_groups: Any = None
    use_fast_variance: bool = True
    force_float32_reductions: bool = True

    @linen.compact
    def __call__(
        self, x: ArrayLike, use_running_average: bool | None = None, *, mask: Array | None = None
    ) -> Array:
        """The norm applied to `x`; arguments as in `flax.linen.BatchNorm`."""
        x = jnp.asarray(x)
        shape = feature_sizes("BatchNorm", "axis", self.axis, x.shape)
        held = nn.BatchNorm(
            math.prod(shape),
            axis=self.axis,
            momentum=self.momentum,
            promote_dtype=without_averages,
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
        run = running(self, self.use_running_average, use_running_average, remembers=True)
        return called(self, held, lambda norm: norm(x, run, mask=mask))
