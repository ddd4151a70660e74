"""All that is measured of one norm."""

from typing import Any, NamedTuple

import jax

from .cost import Cost, Work, cost
from .dependence import dependence, packed
from .subject import Subject
from .traits import traits


class Measured(NamedTuple):
    """What is measured of a norm, as it is kept.

    Attributes:
      training: packed, the entries that an output depends on in training.
      evaluation: packed, those in evaluation.
      traits: names in `TRAITS`.
      cost: operations, bytes and what is kept.
      jax: the version that counted them.
    """

    training: str
    evaluation: str
    traits: list[str]
    cost: Cost
    jax: str


def measured(subject: Subject) -> Measured:
    """Everything measured of a norm, anew."""
    training, evaluation = dependence(subject, train=True), dependence(subject, train=False)
    return Measured(
        training=packed(training),
        evaluation=packed(evaluation),
        traits=traits(subject, training, evaluation),
        cost=cost(subject),
        jax=jax.__version__,
    )


def from_kept(kept: Any) -> Measured:
    """What was measured, from what JSON has made of it."""
    training, evaluation, names, counted, version = kept
    works = (Work(*work) for work in counted[:3])
    return Measured(training, evaluation, list(names), Cost(*works, kept=counted[3]), version)
