"""Mean-only batch normalization: every feature centred over the examples, and not divided."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from bnact.normalizations.affine import Affine, affine, initial_affine
from bnact.normalizations.averages import enough, running_mean
from bnact.normalizations.border import (
    checked_examples,
    checked_features,
    checked_momentum,
)
from bnact.normalizations.normalization import Normalization, standardizing
from bnact.normalizations.reduction import Reduction, whole
from bnact.normalizations.standardization import STANDARDIZATIONS, reduced_axes
from bnact.normalizations.standardize import behind_mask_zero
from bnact.normalizations.standardizes import Memory, Standardizes
from bnact.numerics.members import members
from bnact.numerics.moments import Moments, deviation, statistics_dtype
from bnact.types import Array, AxisName


class RunningMean(NamedTuple):
    """What mean-only batch norm remembers, kept in the dtype of the state given: float32 from `init`.

    Attributes:
      mean: (features,), 0 at first.
      count: () int32, how many updates so far.
      correction: (features,), what rounding leaves out of `mean`, 0 at first; None keeps it in one number.
    """

    mean: Array
    count: Array  # pyright: ignore[reportIncompatibleMethodOverride]
    correction: Array | None = None


def mean_only_batch_norm(momentum: float = 0.99, use_bias: bool = True) -> Normalization:
    """Mean-only batch norm: y = x - mean + bias over all axes but the last.

    In training the mean is that of x, and the running mean becomes momentum * old + (1 - momentum) * new,
    without a gradient; otherwise the mean is the running one. It stands beside weight normalization, which
    sets the scale. A feature of which fewer than two values count leaves its running mean as it was.

    Args:
      momentum: weight of the old running mean.
      use_bias: whether to learn a bias. There is no scale.

    Returns:
      Normalization whose state is a `RunningMean`. `apply` raises ValueError in training when x holds a
      single example: the output would be the bias whatever the input.

    Raises:
      ValueError: momentum is not in [0, 1].

    Source: Salimans, Kingma, "Weight normalization: a simple reparameterization to accelerate training of
    deep neural networks", 2016.
    """
    name = "mean_only_batch_norm"
    checked_momentum(name, momentum)

    def init(num_features: int) -> tuple[Affine, RunningMean]:
        num_features = checked_features(name, num_features)
        zeros = jnp.zeros(num_features, jnp.float32)
        state = RunningMean(zeros, jnp.zeros((), jnp.int32), correction=jnp.zeros_like(zeros))
        return initial_affine(num_features, use_scale=False, use_bias=use_bias), state

    def update(
        state: RunningMean, statistics: Moments, u: Array, mask: Array | None, axis_name: AxisName | None
    ) -> RunningMean:
        del u, mask, axis_name
        return _averaged(state, statistics, momentum)

    def reduction(shape: tuple[int, ...], axis_name: AxisName | None) -> Reduction:
        checked_examples(name, shape, axis_name)
        return whole(STANDARDIZATIONS["batch"], shape, members(axis_name, None))._replace(divided=False)

    return standardizing(init, Standardizes(name, reduction, memory=Memory(RunningMean, update, _recalled)))


def _recalled(params: Affine, state: RunningMean, x: Array, mask: Array | None) -> Array:
    mean = state.mean.astype(statistics_dtype(x))
    zero = jnp.zeros_like(mean)
    correction = zero if state.correction is None else state.correction.astype(mean.dtype)
    running = Moments(jnp.ones_like(mean), mean, zero, correction)
    centred = deviation(x, running, reduced_axes(STANDARDIZATIONS["batch"], x.ndim))
    return behind_mask_zero(affine(params, centred).astype(x.dtype), mask)


def _averaged(state: RunningMean, statistics: Moments, momentum: float) -> RunningMean:
    statistics = lax.stop_gradient(statistics)
    counts = enough(statistics)
    mean, correction = running_mean(state.mean, state.correction, statistics, momentum, state.count, counts)
    return RunningMean(
        mean=mean,
        count=state.count + jnp.any(counts).astype(state.count.dtype),
        correction=correction,
    )
