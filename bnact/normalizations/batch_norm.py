"""Batch normalization: every feature standardized over the examples."""

import math
from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from bnact.normalizations.affine import Affine, initial_affine
from bnact.normalizations.border import checked_epsilon, checked_features, checked_input, checked_momentum
from bnact.normalizations.normalization import Normalization
from bnact.normalizations.standardization import STANDARDIZATIONS, reduced_axes
from bnact.normalizations.standardize import behind_mask_zero, normalized
from bnact.numerics.masks import full_mask
from bnact.numerics.moments import Moments, moments, statistics_dtype
from bnact.types import Array, AxisName


class BatchNormState(NamedTuple):
    """The running averages of the statistics, kept in the dtype of the state given: float32 from `init`.

    Attributes:
      mean: (features,), 0 at first.
      variance: (features,), 1 at first.
      count: () int32, how many updates so far: what removing the start's bias, or a plain average, needs.
    """

    mean: Array
    variance: Array
    count: Array  # pyright: ignore[reportIncompatibleMethodOverride]


def batch_norm(
    epsilon: float = 1e-5,
    momentum: float = 0.99,
    use_scale: bool = True,
    use_bias: bool = True,
    bessel: bool = False,
) -> Normalization:
    """Batch norm: y = (x - mean) / sqrt(variance + epsilon) * scale + bias over all axes but the last.

    In training mean and variance (biased) are those of x, and the running averages become
    momentum * old + (1 - momentum) * new, without a gradient; otherwise mean and variance are the running
    averages. A feature of which fewer than two values count leaves its averages as they were, and where
    that is so of every feature, the whole state stays: an empty batch, or one masked but for one example.
    (Such a lone value deviates from itself by 0, and comes out as the bias.)

    Args:
      epsilon: added to the variance; 1e-5 as in flax and torch.
      momentum: weight of the old running average, as in flax; torch's momentum is 1 - ours, so torch's
        default of 0.1 is 0.9 here.
      use_scale: whether to learn a scale.
      use_bias: whether to learn a bias.
      bessel: True averages the unbiased variance, squares / (n - 1), as torch does; flax and False the
        biased. It changes the running average alone.

    Returns:
      Normalization whose state is a `BatchNormState`. `apply` raises ValueError in training when x holds a
      single example, as its shape tells: the output would be the bias whatever the input. So does
      `jax.vmap` of a per-example gradient, which the coupling within a batch leaves without a meaning.

    Raises:
      ValueError: epsilon is negative, or momentum is not in [0, 1].

    Source: Ioffe, Szegedy, "Batch normalization: accelerating deep network training by reducing internal
    covariate shift", 2015.
    """
    name = "batch_norm"
    checked_epsilon(name, epsilon)
    checked_momentum(name, momentum)

    def init(num_features: int) -> tuple[Affine, BatchNormState]:
        num_features = checked_features(name, num_features)
        mean, variance = jnp.zeros(num_features, jnp.float32), jnp.ones(num_features, jnp.float32)
        state = BatchNormState(mean, variance, jnp.zeros((), jnp.int32))
        return initial_affine(num_features, use_scale, use_bias), state

    def apply(
        params: Affine,
        state: BatchNormState,
        x: Array,
        train: bool = True,
        mask: Array | None = None,
        axis_name: AxisName | None = None,
    ) -> tuple[Array, BatchNormState]:
        x = checked_input(name, x, params)
        _check_state(x, state)
        mask = full_mask(mask, x)
        x = behind_mask_zero(x, mask)
        axes = reduced_axes(STANDARDIZATIONS["batch"], x.ndim)
        if not train:
            return normalized(x, _remembered(state, x), axes, epsilon, params, mask), state
        _check_examples(x, axis_name)
        statistics = moments(x, axes, mask, axis_name)
        y = normalized(x, statistics, axes, epsilon, params, mask)
        return y, running_averages(state, statistics, momentum, bessel)

    return Normalization(init, apply)


def _remembered(state: BatchNormState, x: Array) -> Moments:
    dtype = statistics_dtype(x)
    mean, variance = state.mean.astype(dtype), state.variance.astype(dtype)
    return Moments(jnp.ones_like(mean), mean, variance, jnp.zeros_like(mean))


def running_averages(
    state: BatchNormState, statistics: Moments, momentum: float, bessel: bool = False
) -> BatchNormState:
    """momentum * old + (1 - momentum) * new, without a gradient, of the features with two values or more.

    Args:
      state: the averages so far.
      statistics: (features,) the moments of one batch.
      momentum: weight of the old average.
      bessel: True averages the unbiased variance.

    Returns:
      The averages after this batch; the count grows by one unless no feature had two values.
    """
    statistics = lax.stop_gradient(statistics)
    freedom = jnp.maximum(statistics.count - 1, 1) if bessel else jnp.maximum(statistics.count, 1)
    counts = statistics.count >= 2

    def average(old: Array, new: Array) -> Array:
        return jnp.where(counts, momentum * old + (1 - momentum) * new.astype(old.dtype), old)

    return BatchNormState(
        mean=average(state.mean, statistics.mean + statistics.correction),
        variance=average(state.variance, statistics.squares / freedom),
        count=state.count + jnp.any(counts).astype(state.count.dtype),
    )


def _check_state(x: Array, state: BatchNormState) -> None:
    if state.mean.shape != x.shape[-1:]:
        raise ValueError(
            f"batch_norm: x's last axis must match the state; got x of shape {x.shape}, mean of shape "
            f"{state.mean.shape}; use init({x.shape[-1]}), or move the features last"
        )


def _check_examples(x: Array, axis_name: AxisName | None) -> None:
    members = 1 if axis_name is None else lax.axis_size(axis_name)
    if math.prod(x.shape[:-1]) * members == 1:
        raise ValueError(
            f"batch_norm: training takes statistics over at least 2 examples; got 1, x of shape {x.shape}; "
            f"use train=False, or a larger batch"
        )
