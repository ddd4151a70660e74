"""Units that do not learn, told from the slope of their activation."""

import jax.numpy as jnp

from bnact.types import Array

SATURATED_BELOW = 0.05
"""An activation is saturated where its slope is below this share of its largest."""


def dead(slope: Array) -> Array:
    """Share of units whose activation has slope zero on every example: no gradient reaches their weights.

    Args:
      slope: (examples, units) derivative of the activation at what it is given.

    Returns:
      A scalar between 0 and 1; NaN where a slope is NaN, as in a network that has diverged.
    """
    return _unless_nan(slope, jnp.mean(jnp.all(slope == 0, axis=0), dtype=slope.dtype))


def saturated(slope: Array, largest_slope: Array | float) -> Array:
    """Share of (example, unit) pairs whose slope is below `SATURATED_BELOW` of the largest.

    Args:
      slope: (examples, units) derivative of the activation at what it is given.
      largest_slope: the largest absolute derivative, `bnact.activations.largest_slope` of the activation:
        finite also where the derivative is unbounded.

    Returns:
      A scalar between 0 and 1; NaN where a slope is NaN, as in a network that has diverged.
    """
    return _unless_nan(slope, jnp.mean(jnp.abs(slope) < SATURATED_BELOW * largest_slope, dtype=slope.dtype))


def _unless_nan(slope: Array, share: Array) -> Array:
    # A comparison with NaN is false: without this a network of NaN would have neither kind of unit.
    return jnp.where(jnp.any(jnp.isnan(slope)), jnp.nan, share)
