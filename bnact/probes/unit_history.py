"""Units that die and revive while a network trains."""

from typing import NamedTuple

import jax.numpy as jnp

from bnact.types import Array

from .refusals import check_count, check_units
from .streaming import StreamingProbe


class UnitHistory(NamedTuple):
    """What became of every unit from look to look.

    Attributes:
      looks: how many there were, int32.
      first, last: (units,) whether the unit was dead at the first and at the last look; False without one.
      died, revived: (units,) int32, how often it was alive at one look and dead at the next, and the reverse.
    """

    looks: Array
    first: Array
    last: Array
    died: Array
    revived: Array


class Lives(NamedTuple):
    """The units of a layer through training.

    Attributes:
      looks: how many there were, int32.
      died, revived: (units,) int32, how often each unit did, between one look and the next.
      dead_share: share of units dead at the last look, float32; NaN without a look.
      died_share: share of units that died at least once between two looks; NaN without a look.
      revived_share: likewise, of those that revived.
    """

    looks: Array
    died: Array
    revived: Array
    dead_share: Array
    died_share: Array
    revived_share: Array


def unit_history(units: int) -> StreamingProbe:
    """A probe of the units that die and revive, from one look to the next.

        update(state, dead)

    takes a look: (units,) booleans, such as the `dead` of `unit_counts`' value. A unit has revived that was
    dead at one look and is not at the next; what happens between looks is not seen. `merge(a, b)` is of two
    stretches of which b follows a, so its order counts. The state is `UnitHistory`, the value `Lives`.

    Args:
      units: of the layer.

    Returns:
      The probe.

    Raises:
      TypeError: a look is not boolean.
      ValueError: units is no positive integer, or a look is not of shape (units,).
    """
    check_count("unit_history", "units", units)

    def init() -> UnitHistory:
        no, none = jnp.zeros(units, jnp.bool_), jnp.zeros(units, jnp.int32)
        return UnitHistory(jnp.zeros((), jnp.int32), no, no, none, none)

    def update(state: UnitHistory, dead: Array) -> UnitHistory:
        if dead.dtype != jnp.bool_:
            raise TypeError(
                f"unit_history: a look must be boolean, True is dead; got {dead.dtype}; give the units, not "
                "their share: the dead of unit_counts' value"
            )
        check_units("unit_history", dead, units, ndim=1)
        none = jnp.zeros(units, jnp.int32)
        return merge(state, UnitHistory(jnp.ones((), jnp.int32), dead, dead, none, none))

    return StreamingProbe(init, update, merge, value)


def merge(a: UnitHistory, b: UnitHistory) -> UnitHistory:
    """The history of two stretches, of which b follows a."""
    both = (a.looks > 0) & (b.looks > 0)
    return UnitHistory(
        looks=a.looks + b.looks,
        first=jnp.where(a.looks > 0, a.first, b.first),
        last=jnp.where(b.looks > 0, b.last, a.last),
        died=a.died + b.died + (both & ~a.last & b.first).astype(jnp.int32),
        revived=a.revived + b.revived + (both & a.last & ~b.first).astype(jnp.int32),
    )


def value(state: UnitHistory) -> Lives:
    """What the history says."""

    def share(flags: Array) -> Array:
        return jnp.where(state.looks > 0, jnp.mean(flags, dtype=jnp.float32), jnp.nan)

    return Lives(
        state.looks,
        state.died,
        state.revived,
        dead_share=share(state.last),
        died_share=share(state.died > 0),
        revived_share=share(state.revived > 0),
    )
