"""How often values fall where."""

import jax.numpy as jnp

from bnact.numerics import full_mask, wide
from bnact.types import Array

from .refusals import check_count, check_floating


def histogram(values: Array, low: float, high: float, bins: int, mask: Array | None = None) -> Array:
    """How many values are in each of some equal bins between two edges.

    Args:
      values: floating, any shape.
      low, high: the edges, finite; bins are closed below and open above.
      bins: how many; static.
      mask: boolean, broadcastable to the values, True counts.

    Returns:
      (bins,) int32. Values beyond the edges, infinite ones too, are in the end bins, NaN is in none.

    Raises:
      TypeError: the values are not real floating, or the mask is not boolean.
      ValueError: the edges are not in order, bins is no positive integer, or the mask does not broadcast.
    """
    check_floating("histogram", values)
    check_edges("histogram", low, high, bins)
    flags = full_mask(mask, values)
    width = (high - low) / bins
    place = jnp.clip(jnp.floor((wide(values).reshape(-1) - low) / width), 0, bins - 1)
    left_out = jnp.isnan(place) if flags is None else jnp.isnan(place) | ~flags.reshape(-1)
    places = jnp.where(left_out, bins, place).astype(jnp.int32)
    return jnp.zeros(bins, jnp.int32).at[places].add(1, mode="drop")


def check_edges(what: str, low: float, high: float, bins: int) -> None:
    """An error unless the edges are finite and in order, and bins is a positive integer."""
    if not -float("inf") < low < high < float("inf"):
        raise ValueError(
            f"{what}: low and high must be finite with low < high; got low={low}, high={high}; "
            "what lies beyond is counted in the end bins"
        )
    check_count(what, "bins", bins)
