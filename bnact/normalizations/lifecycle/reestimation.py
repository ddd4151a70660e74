"""Running averages replaced by the exact statistics of as many batches as one likes."""

from collections.abc import Iterable

import jax.numpy as jnp
from jax import lax

from bnact.normalizations.averages import enough, running_average, running_mean, weight_since_start
from bnact.normalizations.batch_norm import BatchNormState
from bnact.normalizations.border import checked_momentum
from bnact.numerics.merge import merge
from bnact.numerics.moments import Moments, moments
from bnact.numerics.two_words import words_product
from bnact.types import Array, AxisName

Batches = Iterable[Array | tuple[Array, Array]]
"""Arrays (..., features), each alone or with its mask, True counts."""


def merged_moments(batches: Batches, axis_name: AxisName | None = None) -> Moments:
    """The exact moments of every feature over all batches together, whatever their sizes.

    Args:
      batches: arrays (..., features), or pairs of one and its mask, boolean and broadcastable to it. One at
        a time is held.
      axis_name: a mapped axis whose members each hold a part of every batch, or several.

    Returns:
      Moments (features,), in float32 or wider, without a gradient.

    Raises:
      ValueError: there is no batch.
    """
    total: Moments | None = None
    for batch in batches:
        x, mask = batch if isinstance(batch, tuple) else (batch, None)
        part = lax.stop_gradient(moments(x, tuple(range(x.ndim - 1)), mask, axis_name))
        total = part if total is None else merge(total, part)
    if total is None:
        raise ValueError(
            "merged_moments: there must be at least 1 batch; got none; a spent iterator is empty"
        )
    return total


def reestimated(
    state: BatchNormState,
    batches: Batches,
    axis_name: AxisName | None = None,
    bessel: bool = False,
    debiased_momentum: float | None = None,
) -> BatchNormState:
    """The state with the exact mean and variance of all batches together in the place of its averages.

    What a norm should remember of weights that no step has trained, such as averages over training. The
    batches are the inputs of this norm under those weights; in a network with several norms re-estimate them
    from the first to the last, since what reaches the second depends on the state of the first.

    Args:
      state: of batch, ghost batch or batch renorm. Of it, only the count is kept, and the averages of the
        features of which the batches hold fewer than two values.
      batches: arrays (..., features), or pairs of one and its mask, boolean and broadcastable to it.
      axis_name: a mapped axis whose members each hold a part of every batch, or several.
      bessel: as the norm has it: True remembers the unbiased variance.
      debiased_momentum: of a norm with `debias=True` its momentum, so that what it reads is exact; None for
        one without.

    Returns:
      BatchNormState in the dtypes of the state given; the count is at least 1.

    Raises:
      TypeError: the state is not a `BatchNormState`.
      ValueError: there is no batch, it has other features than the state, or the momentum is not in [0, 1].

    Source: Wu, Johnson, "Rethinking 'batch' in batch norm", 2021; Izmailov, Podoprikhin, Garipov, Vetrov,
    Wilson, "Averaging weights leads to wider optima and better generalization", 2018.
    """
    if not isinstance(state, BatchNormState):
        raise TypeError(
            f"reestimated: state must be a BatchNormState; got {type(state).__name__}; use the state of "
            f"batch, ghost_batch or batch_renorm"
        )
    statistics = merged_moments(batches, axis_name)
    if statistics.mean.shape != state.mean.shape:
        raise ValueError(
            f"reestimated: batches must have the features of the state; got {statistics.mean.shape} for "
            f"{state.mean.shape}; give the inputs of this very norm"
        )
    freedom = jnp.maximum(statistics.count - 1 if bessel else statistics.count, 1)
    count = jnp.maximum(state.count, 1)
    counts = enough(statistics)
    new_variance = statistics.squares / freedom
    if debiased_momentum is not None:
        checked_momentum("reestimated", debiased_momentum)
        weight = weight_since_start(debiased_momentum, count, statistics.mean.dtype)
        scaled, rest = words_product((statistics.mean, statistics.correction), weight)
        statistics = statistics._replace(mean=scaled, correction=rest)
        new_variance = new_variance * weight[0]
    mean, correction = running_mean(state.mean, state.correction, statistics, 0.0, count, counts)
    variance = running_average(state.variance, new_variance, 0.0, count, counts)
    return BatchNormState(mean, variance, count, correction)
