"""What the layers of a network make of its examples: of how many dimensions, and how far apart by class."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from bnact.probes import intrinsic_dimension, neighbour_accuracy, participation_ratio
from bnact.types import Array

REPRESENTED_EXAMPLES = 128
"""Representations are those of the first so many training examples."""

FEWEST = 3
"""Fewer examples have no dimension."""


class Representation(NamedTuple):
    """Of a pair's output; the fields are described in `Log`."""

    participation_ratio: Array
    intrinsic_dimension: Array
    separability: Array


def representation_at(is_end: Array, output: Array, labels: Array) -> Representation:
    """What one pair puts out for the examples, at the first and the last point of a run; zeros between.

    The zeros cost nothing.

    Args:
      is_end: () whether this is the first or the last point.
      output: (examples, ...) of which the first `REPRESENTED_EXAMPLES` are looked at.
      labels: (examples,) labels that are no integers are those of a regression, which has no classes to
        separate.

    Returns:
      Numbers, () each.
    """
    nothing = Representation(*[jnp.zeros((), jnp.float32)] * 3)
    labels = labels[:REPRESENTED_EXAMPLES]
    rows = output[: len(labels)].reshape(len(labels), -1).astype(jnp.float32)
    return lax.cond(is_end, lambda rows: representation(rows, labels), lambda _: nothing, rows)


def representation(output: Array, labels: Array) -> Representation:
    """Of an output (examples, features) and its labels, whatever the point; NaN of fewer than `FEWEST`."""
    if len(output) < FEWEST:
        return Representation(*[jnp.full((), jnp.nan, jnp.float32)] * 3)
    has_classes = jnp.issubdtype(labels.dtype, jnp.integer)
    found = Representation(
        participation_ratio=participation_ratio(output),
        intrinsic_dimension=intrinsic_dimension(output),
        separability=neighbour_accuracy(output, labels) if has_classes else jnp.full((), jnp.nan),
    )
    return jax.tree.map(lambda value: value.astype(jnp.float32), found)
