"""Power normalization: every feature divided by a running quadratic mean."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from bnact.normalizations.affine import Affine, affine, initial_affine, over_leading
from bnact.normalizations.averages import enough, running_average
from bnact.normalizations.border import (
    checked_epsilon,
    checked_examples,
    checked_features,
    checked_momentum,
    checked_size,
)
from bnact.normalizations.entrance import counted_input_beside_state
from bnact.normalizations.normalization import Normalization
from bnact.normalizations.standardization import STANDARDIZATIONS, reduced_axes
from bnact.normalizations.standardize import behind_mask_zero
from bnact.numerics.moments import Moments, inverse_deviation, moments, statistics_dtype
from bnact.types import Array, AxisName


class RunningSquare(NamedTuple):
    """What power norm remembers, kept in the dtype of the state given: float32 from `init`.

    Attributes:
      mean_square: (features,), 1 at first.
      count: () int32, how many updates so far.
    """

    mean_square: Array
    count: Array  # pyright: ignore[reportIncompatibleMethodOverride]


def power_norm(
    epsilon: float = 1e-5,
    momentum: float = 0.9,
    warmup: int = 10000,
    use_scale: bool = True,
    use_bias: bool = True,
) -> Normalization:
    """Power norm: y = x / sqrt(mean square + epsilon) * scale + bias over all axes but the last.

    In training the mean square is that of x for the first `warmup` updates, and the running one, as it was
    before this batch, from then on; the running one becomes momentum * old + (1 - momentum) * new, without a
    gradient. Evaluation takes the running one. A feature of which fewer than two values count leaves it as
    it was.

    The gradient is that of this formula: through the batch's mean square in the warm-up, and with the
    running one as a constant after it. The paper's approximate backward pass, which subtracts a running
    average of gradients, is not made: that average would have to be written while differentiating, and a
    pure function has nowhere to write it. Nor is the paper's layer scaling, which is `rms_norm` ahead.

    Args:
      epsilon: added to the mean square; 1e-5 as in the authors' code.
      momentum: weight of the old running mean square; 0.9 as in the paper.
      warmup: updates before the running mean square is used in training; 10000 as in the authors' code.
      use_scale: whether to learn a scale.
      use_bias: whether to learn a bias.

    Returns:
      Normalization whose state is a `RunningSquare`. `apply` raises ValueError in training when x holds a
      single example.

    Raises:
      ValueError: epsilon is negative, momentum is not in [0, 1], or warmup is not a whole number of at
        least 0.

    Source: Shen, Yao, Gholami, Mahoney, Keutzer, "PowerNorm: rethinking batch normalization in
    transformers", 2020.
    """
    name = "power_norm"
    checked_epsilon(name, epsilon)
    checked_momentum(name, momentum)
    checked_size(name, "warmup", warmup, least=0)

    def init(num_features: int) -> tuple[Affine, RunningSquare]:
        num_features = checked_features(name, num_features)
        state = RunningSquare(jnp.ones(num_features, jnp.float32), jnp.zeros((), jnp.int32))
        return initial_affine(num_features, use_scale, use_bias), state

    def apply(
        params: Affine,
        state: RunningSquare,
        x: Array,
        train: bool = True,
        mask: Array | None = None,
        axis_name: AxisName | None = None,
    ) -> tuple[Array, RunningSquare]:
        x, mask = counted_input_beside_state(name, params, state, RunningSquare, x, mask)
        wide = x.astype(statistics_dtype(x))
        square, after = state.mean_square.astype(wide.dtype), state
        if train:
            checked_examples(name, x.shape, axis_name)
            axes = reduced_axes(STANDARDIZATIONS["batch"], x.ndim)
            statistics = moments(wide, axes, mask, axis_name, centered=False)
            square = jnp.where(state.count < warmup, statistics.variance, square)
            after = _averaged(state, statistics, momentum)
        y = affine(params, wide * over_leading(inverse_deviation(square, epsilon), wide))
        return behind_mask_zero(y.astype(x.dtype), mask), after

    return Normalization(init, apply)


def _averaged(state: RunningSquare, statistics: Moments, momentum: float) -> RunningSquare:
    statistics = lax.stop_gradient(statistics)
    counts = enough(statistics)
    return RunningSquare(
        mean_square=running_average(state.mean_square, statistics.variance, momentum, state.count, counts),
        count=state.count + jnp.any(counts).astype(state.count.dtype),
    )
