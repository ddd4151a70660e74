"""Representations, (examples, features): brought to their centre, and the distances between their rows."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from jax import lax

from bnact.numerics import deviation, moments, wide
from bnact.types import Array


def centred(x: Array) -> Array:
    """x less its mean over examples, in float32 or wider; exactly 0 for a feature that is constant."""
    return deviation(x, moments(x, 0), 0)


def over_distances(x: Array, reduce: Callable[[Array, Array], Any]) -> Any:
    """What `reduce` makes of the squared distances from each example to all, one example at a time.

    The differences themselves are squared. A Gram matrix is the faster way to distances but leaves an error
    of about 1e-7 |x|^2 in each square, in float32, also of centred x: of 2000 points on a line that is as
    much as the squared distance of neighbours. Differences leave 1e-7 sqrt(features) of the squared distance
    itself, at any mean, and 0 between equal examples. Never more than (examples, features) is in memory.

    Args:
      x: (examples, features) floating.
      reduce: (squared distances (examples,), the example's own index) -> a PyTree of arrays. It is given a
        distance of 0 to itself.

    Returns:
      The PyTrees, stacked over examples.
    """
    rows = wide(x)
    rows = rows / _scale(rows)

    def of_one(own: Array) -> Any:
        return reduce(jnp.sum(jnp.square(rows - rows[own][None]), axis=1), own)

    return lax.map(of_one, jnp.arange(x.shape[0]))


def _scale(rows: Array) -> Array:
    """A power of two near the largest spread, so that no square overflows or vanishes."""
    spread = jnp.max(jnp.max(rows, 0) - jnp.min(rows, 0))
    exponent = jnp.frexp(jnp.where(jnp.isfinite(spread) & (spread > 0), spread, 1))[1]
    # Half the largest exponent at most, on either side: 2^exponent itself must be a normal number.
    most = jnp.finfo(rows.dtype).maxexp - 2
    return jnp.ldexp(jnp.ones((), rows.dtype), jnp.clip(exponent, -most, most))


def others(squares: Array, own: Array, what: Array | float) -> Array:
    """The squared distances with another value in the example's own place."""
    return jnp.where(jnp.arange(squares.shape[0]) == own, what, squares)
