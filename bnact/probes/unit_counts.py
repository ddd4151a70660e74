"""Dead and saturated units over a whole data set, in constant memory."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from bnact.numerics import full_mask
from bnact.types import Array, AxisName

from .count import Count, added, as_float, count_true, no_count, ratio
from .refusals import check_count, check_units
from .streaming import StreamingProbe
from .units import is_saturated


class UnitCounts(NamedTuple):
    """What is known of every unit after some batches; every field is (units,).

    Attributes:
      examples: how many were seen.
      saturated: on how many of them the unit was saturated.
      alive: whether its slope was not zero on any.
      lost: whether a slope was NaN.
    """

    examples: Count
    saturated: Count
    alive: Array
    lost: Array


class Units(NamedTuple):
    """Dead and saturated units of a layer.

    Attributes:
      examples: (units,) float32, how many were seen.
      dead: (units,) whether the slope was zero on every example; False where none was seen.
      saturated: (units,) share of examples on which the unit was saturated.
      dead_share: the share of units that are dead.
      saturated_share: the share of (example, unit) pairs that are saturated.

    Shares are float32; a unit with a slope of NaN, or without an example, has the share NaN, and so has then
    the layer.
    """

    examples: Array
    dead: Array
    saturated: Array
    dead_share: Array
    saturated_share: Array


def unit_counts(units: int, largest_slope: Array | float) -> StreamingProbe:
    """A probe of the dead and saturated units over all batches together.

    A unit that is dead on every batch is counted dead only if it is so on all: the mean of the batches' dead
    shares would count too many. In one batch the shares are those of `dead` and `saturated`, exactly.

        update(state, slope, mask=None, axis_name=None)

    takes slopes (..., units), all axes but the last being examples; a boolean mask broadcastable to them,
    True counts; and a mapped axis whose members each hold a part of the batch. Its state is `UnitCounts`, its
    value `Units`.

    Args:
      units: of the layer; of a convolution its channels.
      largest_slope: the largest absolute derivative, `bnact.activations.largest_slope` of the activation.

    Returns:
      The probe.

    Raises:
      ValueError: units is no positive integer, or an update has other units.
    """
    check_count("unit_counts", "units", units)

    def init() -> UnitCounts:
        nothing = jnp.zeros(units, jnp.bool_)
        return UnitCounts(no_count((units,)), no_count((units,)), nothing, nothing)

    def update(
        state: UnitCounts, slope: Array, mask: Array | None = None, axis_name: AxisName | None = None
    ) -> UnitCounts:
        check_units("unit_counts", slope, units)
        flags = full_mask(mask, slope)
        counted = jnp.ones_like(slope, dtype=jnp.bool_) if flags is None else flags
        axes = tuple(range(slope.ndim - 1))

        def count(of: Array) -> Count:
            return count_true(of & counted, axes, axis_name)

        def any_of(of: Array) -> Array:
            found = jnp.any(of & counted, axes)
            return found if axis_name is None else jax.lax.psum(found.astype(jnp.int32), axis_name) > 0

        return merge(
            state,
            UnitCounts(
                examples=count(counted),
                saturated=count(is_saturated(slope, largest_slope)),
                alive=any_of(slope != 0),
                lost=any_of(jnp.isnan(slope)),
            ),
        )

    return StreamingProbe(init, update, merge, value)


def merge(a: UnitCounts, b: UnitCounts) -> UnitCounts:
    """The counts of two disjoint sets of examples together."""
    return UnitCounts(
        added(a.examples, b.examples), added(a.saturated, b.saturated), a.alive | b.alive, a.lost | b.lost
    )


def value(state: UnitCounts) -> Units:
    """What the counts say."""
    examples = as_float(state.examples)
    is_known = (examples > 0) & ~state.lost
    is_dead = is_known & ~state.alive
    saturated = jnp.where(is_known, ratio(state.saturated, state.examples), jnp.nan)
    # Units may have seen different numbers of examples, where a mask says so.
    all_saturated = jnp.sum(saturated * examples) / jnp.maximum(jnp.sum(examples), 1)
    dead_share = jnp.where(jnp.all(is_known), jnp.mean(is_dead, dtype=jnp.float32), jnp.nan)
    return Units(examples, is_dead, saturated, dead_share, all_saturated)
