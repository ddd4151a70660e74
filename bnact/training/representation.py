"""What the layers of a network make of its examples: of how many dimensions, and how far apart by class."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from bnact.fused import Switched
from bnact.nn import Pure, SwitchNetwork, SwitchNormAct, result_and_parts
from bnact.probes import intrinsic_dimension, neighbour_accuracy, participation_ratio
from bnact.types import Array

from .examples import Labelled

REPRESENTED_EXAMPLES = 128
"""Representations are those of the first so many training examples."""


class Representation(NamedTuple):
    """Of every pair's output, (L,) each; the fields are described in `Log`."""

    participation_ratio: Array
    intrinsic_dimension: Array
    separability: Array


def representation_at(is_end: Array, parts: Pure, examples: Labelled, sites: int) -> Representation:
    """The `representation` at the first and the last point of a run; zeros, which cost nothing, between.

    Args:
      is_end: whether this is the first or the last point.
      parts: of a `SwitchNetwork`.
      examples: the training set.
      sites: pairs in the network.
    """
    nothing = Representation(*[jnp.zeros(sites, jnp.float32)] * 3)
    return lax.cond(is_end, lambda parts: representation(parts, examples), lambda _: nothing, parts)


def representation(parts: Pure, examples: Labelled) -> Representation:
    """What every pair puts out for the first training examples, with their own batch statistics.

    Args:
      parts: of a `SwitchNetwork`.
      examples: the training set; labels that are no integers are those of a regression, which has no
        classes to separate.
    """
    inputs, labels = (each[:REPRESENTED_EXAMPLES] for each in examples)

    def look(_: Array, __: SwitchNormAct, switched: Switched) -> Representation:
        return _of_output(switched.y.reshape(len(inputs), -1).astype(jnp.float32), labels)

    def call(network: SwitchNetwork) -> Representation:
        return network.observed(inputs, len(inputs), look)[1]

    return result_and_parts(parts, call)[0]


def _of_output(output: Array, labels: Array) -> Representation:
    has_classes = jnp.issubdtype(labels.dtype, jnp.integer)
    found = Representation(
        participation_ratio=participation_ratio(output),
        intrinsic_dimension=intrinsic_dimension(output),
        separability=neighbour_accuracy(output, labels) if has_classes else jnp.full((), jnp.nan),
    )
    return jax.tree.map(lambda value: value.astype(jnp.float32), found)
