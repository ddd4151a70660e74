"""Batch normalization: every feature standardized over the examples."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from bnact.normalizations.affine import Affine, initial_affine
from bnact.normalizations.averages import (
    checked_debias,
    debiased,
    debiased_mean,
    enough,
    running_average,
    running_mean,
)
from bnact.normalizations.border import (
    checked_epsilon,
    checked_examples,
    checked_features,
    checked_momentum,
)
from bnact.normalizations.normalization import Normalization, standardizing
from bnact.normalizations.reduction import Reduction, whole
from bnact.normalizations.standardization import STANDARDIZATIONS, reduced_axes
from bnact.normalizations.standardize import normalized
from bnact.normalizations.standardizes import Memory, Standardizes
from bnact.numerics.members import members
from bnact.numerics.moments import Moments, statistics_dtype
from bnact.types import Array, AxisName


class BatchNormState(NamedTuple):
    """The running averages of the statistics, kept in the dtype of the state given: float32 from `init`.

    Attributes:
      mean: (features,), 0 at first.
      variance: (features,), 1 at first; 0 where the average is debiased when it is read.
      count: () int32, how many updates so far: what removing the start's bias, or a plain average, needs.
      correction: (features,), the average of the means less `mean`, which rounds it; 0 at first. So the mean
        is as exact as in training, where it is far from 0. None keeps the mean in one number, as averages
        from elsewhere are; 0 goes with a mean that is set by hand.
    """

    mean: Array
    variance: Array
    count: Array  # pyright: ignore[reportIncompatibleMethodOverride]
    correction: Array | None = None


def batch_norm(
    epsilon: float = 1e-5,
    momentum: float | None = 0.99,
    use_scale: bool = True,
    use_bias: bool = True,
    bessel: bool = False,
    debias: bool = False,
    skip_nonfinite: bool = False,
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
        default of 0.1 is 0.9 here. None is the plain average over all updates, each of weight 1 / count,
        as None is in torch.
      use_scale: whether to learn a scale.
      use_bias: whether to learn a bias.
      bessel: True averages the unbiased variance, squares / (n - 1), as torch does; flax and False the
        biased. It changes the running average alone.
      debias: True divides the running averages by 1 - momentum^count when they are read, so that the
        values they start from have no weight; before the first update they read as mean 0 and variance 1.
        The updates are counted for all features together.
      skip_nonfinite: True leaves the state as it was where a statistic of the batch is NaN or infinite.
        The output of that batch is what it is.

    Returns:
      Normalization whose state is a `BatchNormState`. `apply` raises ValueError in training when x holds a
      single example, as its shape tells: the output would be the bias whatever the input. So does
      `jax.vmap` of a per-example gradient, which the coupling within a batch leaves without a meaning.

    Raises:
      ValueError: epsilon is negative, momentum is not in [0, 1], or debias is asked of a plain average.

    Source: Ioffe, Szegedy, "Batch normalization: accelerating deep network training by reducing internal
    covariate shift", 2015.
    """
    name = "batch_norm"
    checked_epsilon(name, epsilon)
    if momentum is not None:
        checked_momentum(name, momentum)
    checked_debias(name, momentum, debias)

    def init(num_features: int) -> tuple[Affine, BatchNormState]:
        num_features = checked_features(name, num_features)
        state = initial_batch_state(num_features)
        if debias:
            state = state._replace(variance=jnp.zeros_like(state.variance))
        return initial_affine(num_features, use_scale, use_bias), state

    def update(
        state: BatchNormState, statistics: Moments, u: Array, mask: Array | None, axis_name: AxisName | None
    ) -> BatchNormState:
        del u, mask, axis_name
        return running_averages(state, statistics, momentum, bessel, skip_nonfinite)

    def recalled(params: Affine, state: BatchNormState, x: Array, mask: Array | None) -> Array:
        read = debiased_state(state, momentum) if debias and momentum is not None else state
        return normalized_by_remembered(params, read, x, mask, epsilon)

    def reduction(shape: tuple[int, ...], axis_name: AxisName | None) -> Reduction:
        checked_examples(name, shape, axis_name)
        return whole(STANDARDIZATIONS["batch"], shape, members(axis_name, None))

    memory = Memory(BatchNormState, update, recalled)
    return standardizing(init, Standardizes(name, reduction, epsilon, memory))


def normalized_by_remembered(
    params: Affine, state: BatchNormState, x: Array, mask: Array | None, epsilon: float
) -> Array:
    """(x - mean) / sqrt(variance + epsilon) * scale + bias with the running averages; 0 behind the mask."""
    axes = reduced_axes(STANDARDIZATIONS["batch"], x.ndim)
    return normalized(x, remembered(state, x), axes, epsilon, params, mask)


def initial_batch_state(num_features: int) -> BatchNormState:
    """Mean 0, variance 1 and no update so far, of that many features, in float32."""
    zeros, ones = jnp.zeros(num_features, jnp.float32), jnp.ones(num_features, jnp.float32)
    return BatchNormState(zeros, ones, jnp.zeros((), jnp.int32), correction=jnp.zeros_like(zeros))


def debiased_state(state: BatchNormState, momentum: float) -> BatchNormState:
    """The averages without the share of the zeros they started from; mean 0, variance 1 before an update."""
    mean, correction = debiased_mean(state.mean, state.correction, momentum, state.count)
    variance = debiased(state.variance, momentum, state.count, start=1.0)
    return BatchNormState(mean, variance, state.count, correction)


def remembered(state: BatchNormState, x: Array) -> Moments:
    """The running averages as moments, in the dtype in which statistics of x are kept."""
    dtype = statistics_dtype(x)
    mean, variance = state.mean.astype(dtype), state.variance.astype(dtype)
    correction = jnp.zeros_like(mean) if state.correction is None else state.correction.astype(dtype)
    return Moments(jnp.ones_like(mean), mean, variance, correction)


def running_averages(
    state: BatchNormState,
    statistics: Moments,
    momentum: float | None,
    bessel: bool = False,
    skip_nonfinite: bool = False,
) -> BatchNormState:
    """momentum * old + (1 - momentum) * new, without a gradient, of the features with two values or more.

    Args:
      state: the averages so far.
      statistics: (features,) the moments of one batch.
      momentum: weight of the old average; None for the plain average over all updates.
      bessel: True averages the unbiased variance.
      skip_nonfinite: True leaves the state where a statistic is NaN or infinite.

    Returns:
      The averages after this batch; the count grows by one unless no feature had two values.
    """
    statistics = lax.stop_gradient(statistics)
    freedom = jnp.maximum(statistics.count - 1, 1) if bessel else jnp.maximum(statistics.count, 1)
    counts = enough(statistics, skip_nonfinite)
    mean, correction = running_mean(state.mean, state.correction, statistics, momentum, state.count, counts)
    return BatchNormState(
        mean=mean,
        variance=running_average(state.variance, statistics.squares / freedom, momentum, state.count, counts),
        count=state.count + jnp.any(counts).astype(state.count.dtype),
        correction=correction,
    )
