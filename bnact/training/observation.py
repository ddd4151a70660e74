"""A look at a network in the middle of its training."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax

from bnact.fused import Switched
from bnact.nn import Pure, SwitchNetwork, SwitchNormAct, result_and_parts
from bnact.nn.switch_network import Look as SiteLook
from bnact.probes import dead, histogram, saturated
from bnact.types import Array

from .examples import Examples, Labelled
from .log import HISTOGRAM_BINS, HISTOGRAM_HIGH, HISTOGRAM_LOW
from .objective import Objective
from .representation import Representation, representation_at
from .watch import worst_share

OBSERVED_EXAMPLES = 2048
"""At most so many training examples are observed."""

HELD_EXAMPLES = 2048
"""So many examples of validation and test set together are looked at in one pass; more are in several."""

HISTOGRAM_EXAMPLES = 128
"""The histogram counts what activations are given on the first so many training examples."""


class Observation(NamedTuple):
    """One point of a `Log`; the fields are described there.

    `worst` is not among them: (L,) the `worst_share` of every pair, 0 where none is checked. Where a point
    on the way looks at fewer examples there is no `test_accuracy` (NaN), and but for a run's first and last
    point no `histogram` (0).
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
    """What is kept of one pair."""

    dead: Array
    saturated: Array
    histogram: Array
    worst: Array
    beside: Any


Beside = Callable[[Array], Any]
"""What else is kept of a pair, of its output for the observed training examples."""


class Wanted(NamedTuple):
    """What a look is for.

    Attributes:
      check: static; whether the gradients of every pair are held against their identities.
      histogram: () whether to count what activations are given.
      beside: see `Beside`.
    """

    check: bool
    histogram: Array | bool
    beside: Beside


def observation_at(
    is_first: Array,
    is_last: Array,
    parts: Pure,
    examples: Examples,
    observed: int,
    objective: Objective,
    check: bool = False,
) -> tuple[Observation, Representation]:
    """The `observation` of the first examples of training and validation set, and at the last point of all.

    Args:
      is_first, is_last: () whether this is a run's first point, or its last.
      parts: of a `SwitchNetwork`.
      examples: the dataset.
      observed: how many are the first; static. Where the training set has no more examples, every point looks
        at all of everything, and the program holds one look, not two.
      objective: loss and accuracy; static.
      check: static; as in `observation`.

    Returns:
      The observation, and (L,) each the `representation_at` this point. It is always of the `observed`
      examples, so that the last point is comparable with the first.
    """
    end = is_first | is_last

    def wanted(counts: Array, labels: Array) -> Wanted:
        return Wanted(check, counts, lambda output: representation_at(end, output, labels))

    train, validation, test = examples
    if observed >= min(len(train.labels), OBSERVED_EXAMPLES):
        return _observed(parts, train, (validation, test), objective, wanted(end, train.labels))
    few, held = first(train, observed), (first(validation, observed),)
    # Without the test set: of what is seen of it, the last point's alone is kept.
    on_the_way, made = _observed(parts, few, held, objective, wanted(is_first, few.labels))
    everything = partial(observation, examples=examples, objective=objective, check=check)
    return lax.cond(is_last, lambda parts, _: everything(parts), lambda _, few: few, parts, on_the_way), made


def observation(parts: Pure, examples: Examples, objective: Objective, check: bool = False) -> Observation:
    """What the network does at this moment, on training, validation and test set.

    Norms take the statistics of the observed training examples alone; on the two other sets they act
    as they would after training, with statistics that are exact for the present weights. Where the two have
    more than `HELD_EXAMPLES` together, they are passed in blocks of so many, each with the training examples
    ahead of it, so that the memory needed does not grow with them.

    Args:
      parts: of a `SwitchNetwork`.
      examples: the dataset.
      objective: loss and accuracy; static.
      check: static; whether the gradients of every pair are held against their identities.
    """
    held = (examples.validation, examples.test)
    return _observed(parts, examples.train, held, objective, Wanted(check, True, lambda _: ()))[0]


def _observed(
    parts: Pure, train: Labelled, held: Sequence[Labelled], objective: Objective, wanted: Wanted
) -> tuple[Observation, Any]:
    """The observation, and what is wanted beside; `held`: the validation set, alone or with the test set."""
    splits = [first(train, OBSERVED_EXAMPLES), *held]
    counted = len(splits[0].labels)

    def look(made: Array, pair: SwitchNormAct, switched: Switched) -> Look:
        slope = rows(switched.slope[:counted])
        of_counted = switched._replace(slope=slope, normalized=rows(switched.normalized[:counted]))
        return Look(
            dead=dead(slope),
            saturated=saturated(slope, switched.largest_slope),
            histogram=_histogram_if(wanted.histogram, switched.given[: min(counted, HISTOGRAM_EXAMPLES)]),
            worst=worst_share(rows(made[:counted]), pair, of_counted) if wanted.check else jnp.zeros(()),
            beside=wanted.beside(switched.y[:counted]),
        )

    if sum(len(split.labels) for split in splits[1:]) <= HELD_EXAMPLES:
        inputs = jnp.concatenate([split.inputs for split in splits])
        outputs, looks = _passed(parts, inputs, counted, look)
    else:
        train_inputs, *held_inputs = (split.inputs for split in splits)
        outputs, looks = _passed(parts, train_inputs, counted, look)
        outputs = jnp.concatenate([outputs, _held_outputs(parts, train_inputs, jnp.concatenate(held_inputs))])
    ends = np.cumsum([len(split.labels) for split in splits])[:-1]
    of_train, of_validation, *of_test = zip(
        jnp.split(outputs, ends), [split.labels for split in splits], strict=True
    )
    accuracies = [objective.accuracy(*each) for each in (of_validation, *of_test)]
    found = Observation(
        train_loss=objective.loss(*of_train),
        train_accuracy=objective.accuracy(*of_train),
        validation_loss=objective.loss(*of_validation),
        validation_accuracy=accuracies[0],
        test_accuracy=accuracies[1] if of_test else jnp.full_like(accuracies[0], jnp.nan),
        dead=looks.dead,
        saturated=looks.saturated,
        histogram=jnp.sum(looks.histogram, axis=0),
        worst=looks.worst,
    )
    return found, looks.beside


def _histogram_if(is_wanted: Array | bool, given: Array) -> Array:
    """The histogram, or zeros; in a branch, as counting values one by one takes time."""

    def counted(given: Array) -> Array:
        return histogram(given, HISTOGRAM_LOW, HISTOGRAM_HIGH, HISTOGRAM_BINS)

    def nothing(given: Array) -> Array:
        del given
        return jnp.zeros(HISTOGRAM_BINS, jnp.int32)

    return lax.cond(is_wanted, counted, nothing, given)


def _passed(parts: Pure, inputs: Array, counted: int, look: SiteLook) -> tuple[Array, Any]:
    def call(network: SwitchNetwork) -> tuple[Array, Any]:
        return network.observed(inputs, counted, look)

    return result_and_parts(parts, call)[0]


def _held_outputs(parts: Pure, train: Array, held: Array) -> Array:
    """The outputs for examples that no norm counts, block by block behind those of the training set."""
    blocks = -(-len(held) // HELD_EXAMPLES)
    size = -(-len(held) // blocks)
    # Nothing is taken of what fills the last block: nobody counts it, and its outputs are cut off.
    padded = jnp.pad(held, ((0, blocks * size - len(held)), (0, 0)))

    def outputs(block: Array) -> Array:
        passed, _ = _passed(parts, jnp.concatenate([train, block]), len(train), lambda *_: None)
        return passed[len(train) :]

    found = lax.map(outputs, padded.reshape(blocks, size, -1))
    return found.reshape(blocks * size, -1)[: len(held)]


def first(labelled: Labelled, count: int) -> Labelled:
    """The first `count` examples, or all if there are fewer."""
    return Labelled(labelled.inputs[:count], labelled.labels[:count])


def rows(values: Array) -> Array:
    """(examples, places, ..., units) as (examples and places, units)."""
    return values.reshape(-1, values.shape[-1])
