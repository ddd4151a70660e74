"""Units that do not learn, told from the slope of their activation."""

import jax.numpy as jnp

from bnact.types import Array

SATURATED_BELOW = 0.05
"""An activation is saturated where its slope is below this share of its largest."""


def dead(slope: Array) -> Array:
    """Share of units whose activation has slope zero on every example: no gradient reaches their weights.

    Args:
      slope: (..., units) derivative of the activation at what it is given. All axes but the last are
        examples: of a convolution's (n, height, width, channels) a unit is a channel, and dead only if it is
        at every place of every image.

    Returns:
      A scalar between 0 and 1; NaN where a slope is NaN, as in a network that has diverged.
    """
    is_dead = jnp.all(slope == 0, axis=tuple(range(slope.ndim - 1)))
    return _unless_nan(slope, jnp.mean(is_dead, dtype=jnp.asarray(slope).dtype))


def saturated(slope: Array, largest_slope: Array | float) -> Array:
    """Share of (example, unit) pairs whose slope is below `SATURATED_BELOW` of the largest.

    Args:
      slope: (..., units) derivative of the activation at what it is given; all axes but the last are
        examples.
      largest_slope: the largest absolute derivative, `bnact.activations.largest_slope` of the activation:
        finite also where the derivative is unbounded.

    Returns:
      A scalar between 0 and 1; NaN where a slope is NaN, as in a network that has diverged.
    """
    return _unless_nan(slope, jnp.mean(is_saturated(slope, largest_slope), dtype=jnp.asarray(slope).dtype))


def is_saturated(slope: Array, largest_slope: Array | float) -> Array:
    """Which slopes are below `SATURATED_BELOW` of the largest; boolean, of the slopes' shape."""
    return jnp.abs(slope) < SATURATED_BELOW * largest_slope


def _unless_nan(slope: Array, share: Array) -> Array:
    # A comparison with NaN is false: without this a network of NaN would have neither kind of unit.
    return jnp.where(jnp.any(jnp.isnan(slope)), jnp.nan, share)
