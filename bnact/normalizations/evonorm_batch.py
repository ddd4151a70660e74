"""The EvoNorms of the B series: norm and activation in one, with the variance of the batch."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import jax.numpy as jnp
from jax import lax

from bnact.normalizations.affine import Affine, affine, initial_affine, over_leading
from bnact.normalizations.averages import enough, running_average
from bnact.normalizations.border import (
    checked_epsilon,
    checked_examples,
    checked_features,
    checked_momentum,
)
from bnact.normalizations.entrance import counted_input_beside_state
from bnact.normalizations.evonorm_parameters import EvoNormParameters, initial_evonorm
from bnact.normalizations.normalization import Normalization
from bnact.normalizations.positions import position_axes
from bnact.normalizations.standardization import STANDARDIZATIONS, reduced_axes
from bnact.normalizations.standardize import behind_mask_zero, quotient, standard_deviation
from bnact.numerics.moments import Moments, moments, statistics_dtype
from bnact.types import Array, AxisName

Parameters = TypeVar("Parameters", Affine, EvoNormParameters)


class RunningVariance(NamedTuple):
    """What the B series remembers, kept in the dtype of the state given: float32 from `init`.

    Attributes:
      variance: (features,), 1 at first.
      count: () int32, how many updates so far.
    """

    variance: Array
    count: Array  # pyright: ignore[reportIncompatibleMethodOverride]


def evonorm_b0(epsilon: float = 1e-5, momentum: float = 0.9) -> Normalization:
    """EvoNorm-B0: y = x / max(batch deviation, slope x + instance deviation) * scale + bias.

    x is (examples, ..., features). In training the batch deviation = sqrt(variance + epsilon) is over all
    axes but the last, otherwise it is of the running variance; the instance deviation is over the positions
    of each example by itself, sqrt(epsilon) where there are none. Variances are biased, the mean is not
    subtracted. The activation is part of the norm: none should follow.

    Args:
      epsilon: added to both variances; 1e-5 as in the paper (timm has 1e-3).
      momentum: weight of the old running variance; 0.9 as in timm, which writes it as 0.1.

    Returns:
      Normalization whose parameters are `EvoNormParameters` and whose state is a `RunningVariance`. `apply`
      raises ValueError in training when x holds a single example.

    Raises:
      ValueError: epsilon is negative, or momentum is not in [0, 1].

    Source: Liu, Brock, Simonyan, Le, "Evolving normalization-activation layers", 2020.
    """

    def local_divisor(params: EvoNormParameters, x: Array, mask: Array | None) -> Array:
        axes = position_axes(x.ndim)
        instance = standard_deviation(moments(x, axes, mask).variance, epsilon)
        return over_leading(params.slope, x) * x + jnp.expand_dims(instance, axes)

    return _batch_series("evonorm_b0", initial_evonorm, local_divisor, epsilon, momentum)


def evonorm_b1(epsilon: float = 1e-5, momentum: float = 0.9) -> Normalization:
    """EvoNorm-B1: y = x / max(batch deviation, (x + 1) root mean square) * scale + bias.

    As `evonorm_b0`, but the second divisor has no learned slope, and has sqrt(mean(x^2) + epsilon) over the
    positions of each example in place of their deviation.

    Args:
      epsilon: added to the variance and to the mean square.
      momentum: weight of the old running variance.

    Returns:
      Normalization whose parameters are an `Affine`; see `evonorm_b0`.

    Raises:
      ValueError: see `evonorm_b0`.

    Source: Liu, Brock, Simonyan, Le, "Evolving normalization-activation layers", 2020.
    """

    def initial(num_features: int) -> Affine:
        return initial_affine(num_features, use_scale=True, use_bias=True)

    def local_divisor(params: Affine, x: Array, mask: Array | None) -> Array:
        del params
        axes = position_axes(x.ndim)
        square = moments(x, axes, mask, centered=False).variance
        return (x + 1) * jnp.expand_dims(standard_deviation(square, epsilon), axes)

    return _batch_series("evonorm_b1", initial, local_divisor, epsilon, momentum)


def _batch_series(
    name: str,
    initial: Callable[[int], Parameters],
    local_divisor: Callable[[Parameters, Array, Array | None], Array],
    epsilon: float,
    momentum: float,
) -> Normalization:
    """x over the larger of the batch deviation and a divisor of each example's own."""
    checked_epsilon(name, epsilon)
    checked_momentum(name, momentum)

    def init(num_features: int) -> tuple[Parameters, RunningVariance]:
        num_features = checked_features(name, num_features)
        state = RunningVariance(jnp.ones(num_features, jnp.float32), jnp.zeros((), jnp.int32))
        return initial(num_features), state

    def apply(
        params: Parameters,
        state: RunningVariance,
        x: Array,
        train: bool = True,
        mask: Array | None = None,
        axis_name: AxisName | None = None,
    ) -> tuple[Array, RunningVariance]:
        x, mask = counted_input_beside_state(name, params, state, RunningVariance, x, mask)
        wide = x.astype(statistics_dtype(x))
        variance, after = state.variance.astype(wide.dtype), state
        if train:
            checked_examples(name, x.shape, axis_name)
            statistics = moments(wide, reduced_axes(STANDARDIZATIONS["batch"], x.ndim), mask, axis_name)
            variance, after = statistics.variance, _averaged(state, statistics, momentum)
        batch = over_leading(standard_deviation(variance, epsilon), wide)
        local = local_divisor(params, wide, mask)
        z = quotient(wide, jnp.where(local > batch, local, batch))
        y = affine(Affine(params.scale, params.bias), z).astype(x.dtype)
        return behind_mask_zero(y, mask), after

    return Normalization(init, apply)


def _averaged(state: RunningVariance, statistics: Moments, momentum: float) -> RunningVariance:
    statistics = lax.stop_gradient(statistics)
    counts = enough(statistics)
    return RunningVariance(
        variance=running_average(state.variance, statistics.variance, momentum, state.count, counts),
        count=state.count + jnp.any(counts).astype(state.count.dtype),
    )
