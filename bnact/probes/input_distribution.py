"""The distribution of what an activation is given, over a whole data set in constant memory."""

from collections.abc import Sequence
from typing import NamedTuple

import jax.numpy as jnp

from bnact.numerics import Moments, full_mask, moments, wide
from bnact.numerics import merge as merge_moments
from bnact.types import Array, AxisName

from .count import Count, added, as_float, count_true, no_count, ratio, shared
from .histogram import check_edges, histogram
from .refusals import check_floating
from .streaming import StreamingProbe


class DistributionCounts(NamedTuple):
    """What is known of the values after some batches.

    Attributes:
      bins: (bins,) how many are in each.
      outside: (limits,) how many are further from 0 than each limit.
      undefined: how many are NaN.
      moments: of all of them.
    """

    bins: Count
    outside: Count
    undefined: Count
    moments: Moments


class Distribution(NamedTuple):
    """The distribution of some values; float32 or wider.

    Attributes:
      edges: (bins + 1,) of the histogram.
      shares: (bins,) share of the values in each bin, the end bins with what is beyond them; they sum to 1
        less the share of NaN.
      outside: (limits,) share of the values further from 0 than each limit.
      undefined: share of the values that are NaN.
      count: how many there are.
      mean, variance: of all of them, the variance biased; NaN where a value is NaN.
    """

    edges: Array
    shares: Array
    outside: Array
    undefined: Array
    count: Array
    mean: Array
    variance: Array


def input_distribution(
    low: float = -8.0, high: float = 8.0, bins: int = 64, limits: Sequence[float] = ()
) -> StreamingProbe:
    """A probe of how values are distributed, over all batches together.

        update(state, values, mask=None, axis_name=None)

    takes any array; a boolean mask broadcastable to it, True counts; and a mapped axis whose members each
    hold a part. All values are one sample: for a distribution of each unit use `jax.vmap` over units. Its
    state is `DistributionCounts`, its value `Distribution`. Counts are exact; mean and variance merge as
    `bnact.numerics.merge` does, in the dtype of float32.

    Args:
      low, high: the edges of the histogram, finite.
      bins: how many, equal ones, closed below and open above.
      limits: positive; for each the share of |value| > limit is counted.

    Returns:
      The probe.

    Raises:
      TypeError: an update's values are not real floating, or its mask is not boolean.
      ValueError: the edges are not in order, bins is no positive integer, a limit is not positive, or a mask
        does not broadcast.
    """
    check_edges("input_distribution", low, high, bins)
    limits = tuple(float(limit) for limit in limits)
    if not all(limit > 0 for limit in limits):
        raise ValueError(
            f"input_distribution: limits must be positive; got {limits}; each is a distance from 0, "
            "on both sides"
        )

    def init() -> DistributionCounts:
        zero = jnp.zeros((), jnp.float32)
        return DistributionCounts(
            no_count((bins,)), no_count((len(limits),)), no_count(()), Moments(zero, zero, zero, zero)
        )

    def update(
        state: DistributionCounts,
        values: Array,
        mask: Array | None = None,
        axis_name: AxisName | None = None,
    ) -> DistributionCounts:
        check_floating("input_distribution", values)
        flat = wide(values).astype(jnp.float32).reshape(-1)
        flags = full_mask(mask, values)
        counted = jnp.ones_like(flat, dtype=jnp.bool_) if flags is None else flags.reshape(-1)
        beyond = jnp.stack([jnp.abs(flat) > limit for limit in limits]) if limits else counted[None][:0]
        part = DistributionCounts(
            bins=shared(histogram(flat, low, high, bins, counted), axis_name),
            outside=count_true(beyond & counted[None], (1,), axis_name),
            undefined=count_true(jnp.isnan(flat) & counted, (0,), axis_name),
            moments=moments(flat, 0, counted, axis_name),
        )
        return merge(state, part)

    def value(state: DistributionCounts) -> Distribution:
        total = added(_sum(state.bins), state.undefined)
        repeated = Count(total.high[None], total.low[None])
        is_known = (as_float(total) > 0) & (as_float(state.undefined) == 0)
        mean = state.moments.mean + state.moments.correction
        return Distribution(
            edges=jnp.linspace(low, high, bins + 1),
            shares=ratio(state.bins, repeated),
            outside=ratio(state.outside, repeated),
            undefined=ratio(state.undefined, total),
            count=as_float(total),
            mean=jnp.where(is_known, mean, jnp.nan),
            variance=jnp.where(is_known, state.moments.variance, jnp.nan),
        )

    return StreamingProbe(init, update, merge, value)


def merge(a: DistributionCounts, b: DistributionCounts) -> DistributionCounts:
    """The counts of two disjoint sets of values together."""
    return DistributionCounts(
        added(a.bins, b.bins),
        added(a.outside, b.outside),
        added(a.undefined, b.undefined),
        merge_moments(a.moments, b.moments),
    )


def _sum(count: Count) -> Count:
    """Of all entries: the low parts are summed in halves, so that 2^15 of them do not wrap."""
    upper = jnp.sum(count.low >> 15)
    lower = shared(jnp.sum(count.low & (2**15 - 1)), None)
    # upper 2^15 = (upper >> 15) 2^30 + the rest.
    middle = Count(upper >> 15, (upper & (2**15 - 1)) << 15)
    return added(Count(jnp.sum(count.high), jnp.zeros_like(lower.low)), added(middle, lower))
