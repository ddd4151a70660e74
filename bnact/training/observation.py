"""A look at a network in the middle of its training."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from bnact.fused import Switched
from bnact.nn import Pure, SwitchMLP, SwitchNormAct, result_and_parts
from bnact.probes import dead, histogram, saturated
from bnact.types import Array

from .examples import Examples, Labelled
from .log import HISTOGRAM_BINS, HISTOGRAM_HIGH, HISTOGRAM_LOW
from .objective import accuracy, cross_entropy
from .watch import worst_share

OBSERVED_EXAMPLES = 2048
"""At most so many training examples are observed."""

HISTOGRAM_EXAMPLES = 128
"""The histogram counts what activations are given on the first so many training examples."""


class Observation(NamedTuple):
    """One point of a `Log`; the fields are described there.

    `worst` is not among them: (L,) the `worst_share` of every hidden layer's pair, 0 where none is checked.
    """

    train_loss: Array
    train_accuracy: Array
    validation_loss: Array
    validation_accuracy: Array
    test_accuracy: Array
    dead: Array
    saturated: Array
    histogram: Array
    worst: Array


class Look(NamedTuple):
    """What is kept of one hidden layer."""

    dead: Array
    saturated: Array
    histogram: Array
    worst: Array


def observation_at(
    is_last: Array, parts: Pure, examples: Examples, observed: int, check: bool = False
) -> Observation:
    """The `observation` of the first `observed` examples of each set, and at the last point of all.

    Args:
      is_last: whether this is a run's last point.
      parts: of a `SwitchMLP`.
      examples: the dataset.
      observed: static; where the training set has no more examples, every point looks at all of
        everything, and the program holds one look, not two.
      check: static; as in `observation`.
    """

    def whole(parts: Pure) -> Observation:
        return observation(parts, examples, check)

    if observed >= min(len(examples.train.labels), OBSERVED_EXAMPLES):
        return whole(parts)
    few = Examples(*(first(split, observed) for split in examples))
    return lax.cond(is_last, whole, lambda parts: observation(parts, few, check), parts)


def observation(parts: Pure, examples: Examples, check: bool = False) -> Observation:
    """What the network does at this moment, in one pass over training, validation and test set.

    Norms take the statistics of the observed training examples alone; on the two other sets they act
    as they would after training, with statistics that are exact for the present weights.

    Args:
      parts: of a `SwitchMLP`.
      examples: the dataset.
      check: static; whether the gradients of every pair are held against their identities.
    """
    splits = [first(examples.train, OBSERVED_EXAMPLES), examples.validation, examples.test]
    counted = len(splits[0].labels)
    inputs = jnp.concatenate([split.inputs for split in splits])

    def look(made: Array, pair: SwitchNormAct, switched: Switched) -> Look:
        slope = switched.slope[:counted]
        of_counted = switched._replace(slope=slope, normalized=switched.normalized[:counted])
        return Look(
            dead=dead(slope),
            saturated=saturated(slope, switched.largest_slope),
            histogram=histogram(
                switched.given[: min(counted, HISTOGRAM_EXAMPLES)],
                HISTOGRAM_LOW,
                HISTOGRAM_HIGH,
                HISTOGRAM_BINS,
            ),
            worst=worst_share(made[:counted], pair, of_counted) if check else jnp.zeros(()),
        )

    def call(network: SwitchMLP) -> tuple[Array, Look]:
        return network.observed(inputs, counted, look)

    (logits, looks), _ = result_and_parts(parts, call)
    ends = [counted, counted + len(splits[1].labels)]
    train, validation, test = zip(jnp.split(logits, ends), [split.labels for split in splits], strict=True)
    return Observation(
        train_loss=cross_entropy(*train),
        train_accuracy=accuracy(*train),
        validation_loss=cross_entropy(*validation),
        validation_accuracy=accuracy(*validation),
        test_accuracy=accuracy(*test),
        dead=looks.dead,
        saturated=looks.saturated,
        histogram=jnp.sum(looks.histogram, axis=0),
        worst=looks.worst,
    )


def first(labelled: Labelled, count: int) -> Labelled:
    """The first `count` examples, or all if there are fewer."""
    return Labelled(labelled.inputs[:count], labelled.labels[:count])
