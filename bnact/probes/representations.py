"""Representations, (examples, features): brought to their centre, and the distances between their rows."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from bnact.numerics import deviation, moments, varying_as, wide
from bnact.types import Array

TOGETHER = 128
"""Examples whose distances to all are computed at once."""


def centred(x: Array) -> Array:
    """x less its mean over examples, in float32 or wider; exactly 0 for a feature that is constant."""
    return deviation(x, moments(x, 0), 0)


def over_distances(x: Array, reduce: Callable[[Array, Array], Any]) -> Any:
    """What `reduce` makes of the squared distances from each example to all, a block of examples at a time.

    The differences themselves are squared. A Gram matrix is the faster way to distances but leaves an error
    of about 1e-7 |x|^2 in each square, in float32, also of centred x: of 2000 points on a line that is as
    much as the squared distance of neighbours. Differences leave 1e-7 sqrt(features) of the squared distance
    itself, at any mean, and 0 between equal examples. Beside x and what `reduce` returns, never more than
    (`TOGETHER`, examples) is in memory.

    Args:
      x: (examples, features) floating.
      reduce: (squared distances (examples,), the example's own index) -> a PyTree of arrays. It is given a
        distance of 0 to itself.

    Returns:
      The PyTrees, stacked over examples.
    """
    examples = x.shape[0]
    columns = wide(x).T
    columns = columns / _scale(columns)

    def of_block(owns: Array) -> Any:
        return jax.vmap(reduce)(_squared_distances(columns, owns), owns)

    blocks = -(-examples // TOGETHER)
    size = -(-examples // blocks)
    # What fills the last block is the last example again, and is cut off.
    owns = jnp.minimum(jnp.arange(blocks * size), examples - 1).reshape(blocks, size)
    found = lax.map(of_block, owns)
    return jax.tree.map(lambda leaf: leaf.reshape(-1, *leaf.shape[2:])[:examples], found)


def _squared_distances(columns: Array, owns: Array) -> Array:
    """From the examples `owns` to all, (owns, examples), of columns (features, examples).

    Feature by feature: each adds to all distances at once, which compilers write with vectors, as they do
    not a sum along the last axis.
    """

    def with_feature(squares: Array, column: Array) -> tuple[Array, None]:
        return squares + jnp.square(column[owns][:, None] - column[None]), None

    nothing = varying_as(columns, jnp.zeros((len(owns), columns.shape[1]), columns.dtype))
    return lax.scan(with_feature, nothing, columns)[0]


def _scale(columns: Array) -> Array:
    """A power of two near the largest spread, so that no square overflows or vanishes."""
    spread = jnp.max(jnp.max(columns, 1) - jnp.min(columns, 1))
    exponent = jnp.frexp(jnp.where(jnp.isfinite(spread) & (spread > 0), spread, 1))[1]
    # Half the largest exponent at most, on either side: 2^exponent itself must be a normal number.
    most = jnp.finfo(columns.dtype).maxexp - 2
    return jnp.ldexp(jnp.ones((), columns.dtype), jnp.clip(exponent, -most, most))


def others(squares: Array, own: Array, what: Array | float) -> Array:
    """The squared distances with another value in the example's own place."""
    return jnp.where(jnp.arange(squares.shape[0]) == own, what, squares)
