"""Batch renormalization: batch statistics, corrected towards the running averages."""

import math

import jax.numpy as jnp
from jax import lax

from bnact.normalizations.affine import Affine, affine, initial_affine
from bnact.normalizations.batch_norm import (
    BatchNormState,
    initial_batch_state,
    remembered,
    running_averages,
)
from bnact.normalizations.border import (
    checked_epsilon,
    checked_examples,
    checked_features,
    checked_momentum,
)
from bnact.normalizations.entrance import counted_input_beside_state
from bnact.normalizations.normalization import Normalization
from bnact.normalizations.standardization import STANDARDIZATIONS, reduced_axes
from bnact.normalizations.standardize import (
    behind_mask_zero,
    quotient,
    standardized,
)
from bnact.numerics.moments import Moments, inverse_deviation, moments
from bnact.types import Array, AxisName


def batch_renorm(
    r_max: float = 3.0,
    d_max: float = 5.0,
    epsilon: float = 1e-5,
    momentum: float = 0.99,
    use_scale: bool = True,
    use_bias: bool = True,
) -> Normalization:
    """Batch renormalization: y = ((x - mean) / deviation * r + d) * scale + bias over all axes but the last.

        r = clip(deviation / running deviation, 1 / r_max, r_max)
        d = clip((mean - running mean) / running deviation, -d_max, d_max)

    In training mean and deviation = sqrt(variance + epsilon) are those of x, the running ones those before
    this batch, and r and d have no gradient; within their limits the output is what evaluation would make of
    x. Evaluation and the running averages are batch norm's. With r_max 1 and d_max 0 it is batch norm.

    Args:
      r_max: largest factor, at least 1; 3 is where the paper's schedule ends. (It starts at 1, and d_max at
        0: until the running averages are of use, train with `batch_norm`, whose parameters and state are
        the same.)
      d_max: largest shift, at least 0; 5 is where the paper's schedule ends.
      epsilon: added to the variance.
      momentum: weight of the old running average; 0.99 as in the paper.
      use_scale: whether to learn a scale.
      use_bias: whether to learn a bias.

    Returns:
      Normalization whose state is a `BatchNormState`. `apply` raises ValueError in training when x holds a
      single example.

    Raises:
      ValueError: epsilon is negative, momentum is not in [0, 1], r_max is below 1, or d_max below 0.

    Source: Ioffe, "Batch renormalization: towards reducing minibatch dependence in batch-normalized models",
    2017.
    """
    name = "batch_renorm"
    checked_epsilon(name, epsilon)
    checked_momentum(name, momentum)
    _check_limits(name, r_max, d_max)

    def init(num_features: int) -> tuple[Affine, BatchNormState]:
        num_features = checked_features(name, num_features)
        return initial_affine(num_features, use_scale, use_bias), initial_batch_state(num_features)

    def apply(
        params: Affine,
        state: BatchNormState,
        x: Array,
        train: bool = True,
        mask: Array | None = None,
        axis_name: AxisName | None = None,
    ) -> tuple[Array, BatchNormState]:
        x, mask = counted_input_beside_state(name, params, state, BatchNormState, x, mask)
        axes = reduced_axes(STANDARDIZATIONS["batch"], x.ndim)
        if not train:
            z = standardized(x, remembered(state, x), axes, epsilon)
            return behind_mask_zero(affine(params, z).astype(x.dtype), mask), state
        checked_examples(name, x.shape, axis_name)
        statistics = moments(x, axes, mask, axis_name)
        r, d = _corrections(statistics, remembered(state, x), epsilon, r_max, d_max)
        z = standardized(x, statistics, axes, epsilon) * jnp.expand_dims(r, axes) + jnp.expand_dims(d, axes)
        y = behind_mask_zero(affine(params, z).astype(x.dtype), mask)
        return y, running_averages(state, statistics, momentum)

    return Normalization(init, apply)


def _corrections(
    batch: Moments, running: Moments, epsilon: float, r_max: float, d_max: float
) -> tuple[Array, Array]:
    batch, running = lax.stop_gradient((batch, running))
    # A root of the quotient, not a quotient of roots: equal variances must make exactly 1.
    r = jnp.sqrt(quotient(batch.variance + epsilon, running.variance + epsilon))
    distance = (batch.mean - running.mean) + (batch.correction - running.correction)
    d = distance * inverse_deviation(running.variance, epsilon)
    return jnp.clip(r, 1 / r_max, r_max), jnp.clip(d, -d_max, d_max)


def _check_limits(name: str, r_max: float, d_max: float) -> None:
    if not (1 <= r_max < math.inf):
        raise ValueError(f"{name}: r_max must be finite and at least 1; got r_max={r_max}; use 3.0")
    if not (0 <= d_max < math.inf):
        raise ValueError(f"{name}: d_max must be finite and at least 0; got d_max={d_max}; use 5.0")
