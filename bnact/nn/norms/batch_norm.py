"""Batch normalization with flax.nnx's arguments."""

import math
from collections.abc import Iterable
from types import MappingProxyType

import jax.numpy as jnp
from flax import nnx
from flax.nnx.nn import dtypes
from jax.typing import ArrayLike, DTypeLike

from bnact.nn.precision import checked_dtypes
from bnact.nn.view import set_view
from bnact.normalizations import BatchNormState, running_averages
from bnact.normalizations.border import checked_epsilon, checked_features, checked_momentum
from bnact.normalizations.own_statistics import normalized_by_own
from bnact.normalizations.standardize import normalized
from bnact.numerics import Moments
from bnact.numerics.members import members
from bnact.types import Array, AxisName

from .axes import Axes, checked_axes, hashable_groups, other_axes, positive_axes, sizes
from .entrance import Promote, entered
from .variables import Metadata, affine_over, check_features, parameter, value_of


class BatchNorm(nnx.Module):
    """y = (x - mean) / sqrt(variance + epsilon) * scale + bias, for `flax.nnx.BatchNorm`.

    Arguments, their defaults and the variables are flax's, so that the state of either module loads into the
    other; `bnact.normalizations.batch_norm` is the same as a pure function, with the features last. In
    training mean and variance are the batch's, and the running ones become momentum * old + (1 - momentum) *
    new, of every feature that has two values or more; otherwise they are the running ones. What is masked out
    comes out as 0.

    Attributes:
      scale, bias: (num_features,), or None.
      mean, var: (num_features,) the running averages, in float32.
      use_running_average: whether to take these; `module.train()`, `module.eval()` and `nnx.view` set it.

    Source: Ioffe, Szegedy, "Batch normalization: accelerating deep network training by reducing internal
    covariate shift", 2015.
    """

    def __init__(
        self,
        num_features: int,
        *,
        use_running_average: bool | None = False,
        axis: Axes = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-5,
        dtype: DTypeLike | None = None,
        param_dtype: DTypeLike = jnp.float32,
        use_bias: bool = True,
        use_scale: bool = True,
        bias_init: nnx.Initializer = nnx.initializers.zeros,
        scale_init: nnx.Initializer = nnx.initializers.ones,
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
          num_features: how many features x has on `axis`.
          use_running_average: see the attribute; None leaves it to each call.
          axis: that of the features, or several; the statistics are over all others.
          momentum: weight of the OLD running average (torch's momentum is one minus this).
          epsilon: added to the (biased) variance.
          dtype: of the output; None takes what `promote_dtype` finds. Statistics, their running averages and
            the arithmetic are float32 or wider in any case.
          param_dtype: of scale and bias.
          use_bias, use_scale: whether to learn a bias, a scale.
          bias_init, scale_init: their initializers.
          axis_name: a mapped axis, or several, over which to take the statistics too, weighted by count.
          axis_index_groups: groups of that axis's indices, each with statistics of its own.
          use_fast_variance: taken as flax takes it, and without effect: the variance is always the accurate
            one, in two passes.
          promote_dtype: finds the type of the output, given (x, mean, var, scale, bias) and `dtype`.
          rngs: keys for the initial values.
          bias_metadata, scale_metadata: what to attach to the variables.

        Raises:
          TypeError: num_features or an axis is no whole number.
          ValueError: num_features below 1, a momentum outside of [0, 1], a negative epsilon, or a type that
            is not real floating.
        """
        subject = "BatchNorm"
        checked_dtypes(subject, dtype, param_dtype)
        num_features = checked_features(subject, num_features)
        self.mean = nnx.BatchStat(jnp.zeros(num_features, jnp.float32))
        self.var = nnx.BatchStat(jnp.ones(num_features, jnp.float32))
        self.scale = parameter(use_scale, scale_init, num_features, param_dtype, rngs, scale_metadata)
        self.bias = parameter(use_bias, bias_init, num_features, param_dtype, rngs, bias_metadata)
        self.num_features, self.use_running_average = num_features, use_running_average
        self.axis = checked_axes(subject, "axis", axis)
        self.momentum, self.epsilon = checked_momentum(subject, momentum), checked_epsilon(subject, epsilon)
        self.dtype, self.param_dtype = dtype, param_dtype
        self.use_bias, self.use_scale = use_bias, use_scale
        self.axis_name, self.axis_index_groups = axis_name, hashable_groups(axis_index_groups)
        self.use_fast_variance, self.promote_dtype = use_fast_variance, promote_dtype

    def __call__(
        self, x: ArrayLike, use_running_average: bool | None = None, *, mask: Array | None = None
    ) -> Array:
        """The norm applied to `x`; in training the running averages are updated.

        Args:
          x: real, with `num_features` features on `axis`.
          use_running_average: overrides the attribute.
          mask: boolean, broadcastable to x; True counts.

        Returns:
          An array of x's shape.

        Raises:
          ValueError: x has other features, a single example in training, or neither the module nor the call
            says which statistics to take.
        """
        subject, running = "BatchNorm", _decided(use_running_average, self.use_running_average)
        scale, bias = value_of(self.scale), value_of(self.bias)
        beside = (self.mean[...], self.var[...], scale, bias)
        x, mask, dtype = entered(subject, x, mask, self.promote_dtype, beside, self.dtype)
        features = positive_axes(subject, "axis", self.axis, x.shape)
        check_features(subject, "mean", self.mean[...], features, x)
        axes = other_axes(features, x.ndim)
        params = affine_over(subject, scale, bias, features, x)
        if running:
            statistics = self._remembered(x, features)
            return normalized(x, statistics, axes, self.epsilon, params, mask).astype(dtype)
        self._check_examples(x, axes)
        sharing = members(self.axis_name, self.axis_index_groups)
        y, statistics = normalized_by_own(x, axes, self.epsilon, params, mask, sharing)
        self._remember(statistics)
        return y.astype(dtype)

    def _remembered(self, x: Array, features: tuple[int, ...]) -> Moments:
        shape = sizes(x.shape, features)
        mean, variance = (jnp.reshape(each[...].astype(x.dtype), shape) for each in (self.mean, self.var))
        return Moments(jnp.ones_like(mean), mean, variance, jnp.zeros_like(mean))

    def _remember(self, statistics: Moments) -> None:
        flat = Moments(*(jnp.reshape(each, (self.num_features,)) for each in statistics))
        old = BatchNormState(self.mean[...], self.var[...], jnp.zeros((), jnp.int32))
        new = running_averages(old, flat, self.momentum)
        self.mean[...], self.var[...] = new.mean, new.variance

    def _check_examples(self, x: Array, axes: tuple[int, ...]) -> None:
        number = members(self.axis_name, self.axis_index_groups).number()
        if math.prod(sizes(x.shape, axes)) == 1 and isinstance(number, int) and number == 1:
            raise ValueError(
                f"BatchNorm: training takes statistics over at least 2 values of a feature; got 1, x of "
                f"shape {x.shape}, axis={self.axis}; use use_running_average=True, or a larger batch; for "
                f"gradients of single examples, bnact.normalizations.lifecycle.frozen_gradients"
            )

    set_view = set_view


def _decided(called: bool | None, made: bool | None) -> bool:
    running = made if called is None else called
    if running is None:
        raise ValueError(
            "BatchNorm: use_running_average must be given where the module is made or called; got None "
            "twice; use module.train(), module.eval(), or call with use_running_average=False in training"
        )
    return running
