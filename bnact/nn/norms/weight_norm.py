"""Weight normalization of a module's kernels, with flax.nnx's arguments."""

from typing import Any

import jax.numpy as jnp
from flax import nnx
from flax.nnx.nn import dtypes
from jax.typing import DTypeLike

from bnact.nn.functional import result_with
from bnact.nn.precision import checked_dtypes
from bnact.normalizations.border import checked_epsilon
from bnact.normalizations.weights.weight_norm import directions
from bnact.numerics import statistics_dtype
from bnact.types import Array

from .axes import Axes, checked_axes, other_axes, positive_axes, sizes
from .entrance import Promote, promoted_dtype

KERNELS = nnx.PathContains("kernel")
"""Finds the parameters of that name."""


class WeightNorm(nnx.Module):
    """A module whose kernels are used as scale * v / sqrt(sum(v^2) + epsilon), for `flax.nnx.WeightNorm`.

    Arguments, their defaults and the names of the variables are flax's; the norm itself is
    `bnact.normalizations.weights.weight_norm`. The kernels v stay as they are: a call uses others in their
    place. (Flax writes these into the module.) The scales are `nnx.Param` variables, which are trained. (In
    flax they are arrays, which no optimizer sees.)

    Attributes:
      layer_instance: the module.
      scales: by the path of a kernel in the module, its scale; None without.

    Source: Salimans, Kingma, "Weight normalization: a simple reparameterization to accelerate training of
    deep neural networks", 2016.
    """

    def __init__(
        self,
        layer_instance: nnx.Module,
        *,
        feature_axes: Axes | None = -1,
        use_scale: bool = True,
        scale_init: nnx.Initializer = nnx.initializers.ones,
        epsilon: float = 1e-12,
        dtype: DTypeLike | None = None,
        param_dtype: DTypeLike = jnp.float32,
        variable_filter: nnx.filterlib.Filter = KERNELS,
        promote_dtype: Promote = dtypes.promote_dtype,
        rngs: nnx.Rngs,
    ):
        """Makes the module.

        Args:
          layer_instance: the module whose kernels are normalized.
          feature_axes: those of a kernel that have a length for each index; None for one length of all.
          use_scale: whether to learn the lengths.
          scale_init: their initializer; 1 does not begin as the kernel that the module was made with.
          epsilon: added to the squared length.
          dtype: of the kernel that is used; None takes what `promote_dtype` finds.
          param_dtype: of the scales.
          variable_filter: which parameters of the module are kernels.
          promote_dtype: finds the type of the kernel that is used, given (kernel, scale) and `dtype`.
          rngs: keys for the scales.

        Raises:
          TypeError: an axis is no whole number.
          ValueError: a negative epsilon, a type that is not real floating, a kernel without such an axis, or
            a module without kernels.
        """
        subject = "WeightNorm"
        checked_dtypes(subject, dtype, param_dtype)
        self.layer_instance = layer_instance
        self.feature_axes = checked_axes(
            subject, "feature_axes", () if feature_axes is None else feature_axes
        )
        self.use_scale, self.scale_init = use_scale, scale_init
        self.epsilon = checked_epsilon(subject, epsilon)
        self.dtype, self.param_dtype = dtype, param_dtype
        self.variable_filter = nnx.filterlib.to_predicate(variable_filter)
        self.promote_dtype = promote_dtype
        kernels = self._kernels()
        if not kernels:
            raise ValueError(
                f"{subject}: variable_filter must find a parameter of layer_instance; got none in "
                f"{type(layer_instance).__name__}; use another filter"
            )
        shapes = {path: sizes(kernel.shape, self._features(kernel)) for path, kernel in kernels.items()}
        self.scales = None
        if use_scale:
            scales = {path: scale_init(rngs.params(), shape, param_dtype) for path, shape in shapes.items()}
            self.scales = nnx.data({path: nnx.Param(scale) for path, scale in scales.items()})

    def __call__(self, x: Array, *args: Any, **kwargs: Any) -> Array:
        """What the module makes of `x`, with its kernels normalized.

        Args:
          x: the module's input.
          *args: further arguments of the module.
          **kwargs: and those by name.
        """
        normalized = {path: self._normalized(path, kernel) for path, kernel in self._kernels().items()}
        return result_with(self.layer_instance, normalized, lambda layer: layer(x, *args, **kwargs))

    def _kernels(self) -> dict[tuple, Array]:
        params = nnx.to_flat_state(nnx.state(self.layer_instance, nnx.Param))
        return {path: kernel[...] for path, kernel in params if self.variable_filter(path, kernel)}

    def _features(self, kernel: Array) -> tuple[int, ...]:
        return positive_axes("WeightNorm", "feature_axes", self.feature_axes, kernel.shape, "a kernel")

    def _normalized(self, path: tuple, kernel: Array) -> Array:
        features = self._features(kernel)
        wide = kernel.astype(statistics_dtype(kernel))
        wide = directions(wide, other_axes(features, kernel.ndim), self.epsilon)
        if self.scales is None:
            return wide.astype(promoted_dtype(self.promote_dtype, (kernel,), self.dtype))
        scale = self.scales[path][...]
        shape = tuple(size if axis in features else 1 for axis, size in enumerate(kernel.shape))
        wide = wide * jnp.reshape(scale.astype(wide.dtype), shape)
        return wide.astype(promoted_dtype(self.promote_dtype, (kernel, scale), self.dtype))
