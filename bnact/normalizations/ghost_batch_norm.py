"""Ghost batch normalization: every feature standardized over small virtual batches."""

import math

from bnact.normalizations.affine import Affine, initial_affine
from bnact.normalizations.batch_norm import (
    BatchNormState,
    initial_batch_state,
    normalized_by_remembered,
    running_averages,
)
from bnact.normalizations.border import (
    checked_epsilon,
    checked_examples,
    checked_features,
    checked_momentum,
    checked_size,
)
from bnact.normalizations.normalization import Normalization, standardizing
from bnact.normalizations.reduction import Reduction
from bnact.normalizations.standardization import STANDARDIZATIONS, reduced_axes
from bnact.normalizations.standardizes import Memory, Standardizes
from bnact.numerics.moments import Moments, moments
from bnact.types import Array, AxisName


def ghost_batch_norm(
    size: int = 32,
    epsilon: float = 1e-5,
    momentum: float = 0.99,
    use_scale: bool = True,
    use_bias: bool = True,
) -> Normalization:
    """Ghost batch norm: y = (x - mean) / sqrt(variance + epsilon) * scale + bias over each virtual batch.

    In training mean and variance (biased) are those of the `size` successive examples, on the first axis,
    among which the example is: batch norm of each of these by themselves. The running averages are of the
    statistics of all examples together, as batch norm's are; evaluation is batch norm's. A virtual batch is
    never divided over devices: with `axis_name` each member makes its own of the examples it has, and the
    running averages are over all members.

    Args:
      size: examples in a virtual batch; 32 is among the sizes of the paper. A batch of at most `size` is one
        virtual batch.
      epsilon: added to the variance.
      momentum: weight of the old running average.
      use_scale: whether to learn a scale.
      use_bias: whether to learn a bias.

    Returns:
      Normalization whose state is a `BatchNormState`. `apply` raises ValueError in training when a virtual
      batch holds one example, or the batch is larger than `size` and not a multiple of it.

    Raises:
      ValueError: epsilon is negative, momentum is not in [0, 1], or size is below 1.

    Source: Hoffer, Hubara, Soudry, "Train longer, generalize better: closing the generalization gap in large
    batch training of neural networks", 2017 (which averages the statistics of the virtual batches instead).
    """
    name = "ghost_batch_norm"
    checked_size(name, "size", size)
    checked_epsilon(name, epsilon)
    checked_momentum(name, momentum)

    def init(num_features: int) -> tuple[Affine, BatchNormState]:
        num_features = checked_features(name, num_features)
        return initial_affine(num_features, use_scale, use_bias), initial_batch_state(num_features)

    def update(
        state: BatchNormState, statistics: Moments, u: Array, mask: Array | None, axis_name: AxisName | None
    ) -> BatchNormState:
        del statistics  # of each virtual batch
        axes = reduced_axes(STANDARDIZATIONS["batch"], u.ndim)
        return running_averages(state, moments(u, axes, mask, axis_name), momentum)

    def recalled(params: Affine, state: BatchNormState, x: Array, mask: Array | None) -> Array:
        return normalized_by_remembered(params, state, x, mask, epsilon)

    def reduction(shape: tuple[int, ...], axis_name: AxisName | None) -> Reduction:
        del axis_name  # a virtual batch is never divided
        view = _virtual_shape(name, shape, size)
        return Reduction(view, tuple(range(1, len(view) - 1)))

    memory = Memory(BatchNormState, update, recalled)
    return standardizing(init, Standardizes(name, reduction, epsilon, memory))


def _virtual_shape(name: str, shape: tuple[int, ...], size: int) -> tuple[int, ...]:
    """(virtual batches, examples in each, ..., features)."""
    checked_examples(name, shape, None)
    examples = shape[0]
    batches = 1 if examples <= size else examples // size
    if examples > size and examples % size:
        raise ValueError(
            f"{name}: the first axis must be a multiple of size; got x of shape {shape}, size={size}; "
            f"use size in {tuple(n for n in range(2, examples + 1) if examples % n == 0)}"
        )
    virtual = (batches, examples // batches, *shape[1:])
    if math.prod(virtual[1:-1]) == 1:
        raise ValueError(
            f"{name}: a virtual batch must hold at least 2 values of a feature; got x of shape {shape}, "
            f"size={size}, so 1; use a larger size"
        )
    return virtual
