"""What a probe is that sees its data in parts."""

from collections.abc import Callable
from typing import Any, NamedTuple

from bnact.types import PyTree


class StreamingProbe(NamedTuple):
    """Four pure functions over a state of fixed size: statistics of more data than memory holds.

        state = probe.init()
        for batch in batches:
            state = probe.update(state, batch)
        numbers = probe.value(state)

    They work under `jax.jit`, `jax.vmap`, `jax.lax.scan` and `jax.shard_map`. Parts that were seen apart, on
    other devices or days, are merged: update(init(), all) is merge of update(init(), part) over the parts.

    Attributes:
      init: () -> state, of nothing seen; neutral in `merge`.
      update: (state, array, ...) -> state.
      merge: (state, state) -> state, of both.
      value: state -> the statistics, a NamedTuple of arrays.
    """

    init: Callable[[], PyTree]
    update: Callable[..., PyTree]
    merge: Callable[[Any, Any], PyTree]
    value: Callable[[Any], Any]
