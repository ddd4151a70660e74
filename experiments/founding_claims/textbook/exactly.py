"""The verdict on numbers that must be exactly what the textbook page says."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from bnact.studies.claim import Answer, Quantity, Verdict
from bnact.studies.report.wording import EXACT, significant
from experiments.founding_claims.sources.documents import TEXTBOOK

BOUND = 1e-12
"""The largest deviation that counts as rounding: of a number from what it must be, or relative above 1."""

BOUND_IN_WORDS = significant(BOUND)

UNDECIDED = "A number that is not finite leaves it undecided; nothing else can, for there is no noise."


class Words(NamedTuple):
    """A claim of the page: its id, the words as they were said, and the sentence for each answer."""

    id: str
    text: str
    sentences: Mapping[Answer, str]


class Compared(NamedTuple):
    """An array, or a number, as it was found and as it must be."""

    found: np.ndarray | float
    said: np.ndarray | float

    @property
    def alike(self) -> bool:
        """Whether both have one shape, and so can be compared number by number."""
        return np.shape(self.found) == np.shape(self.said)


@np.errstate(invalid="ignore")
def deviation(compared: Compared) -> float:
    """The largest deviation of a number from what it must be, max |found - said| / max(1, |said|).

    Args:
      compared: both of the same shape.

    Returns:
      The deviation; NaN or infinite if a number is.

    Raises:
      ValueError: the shapes differ.
    """
    found, said = (np.asarray(each, np.float64) for each in compared)
    if not compared.alike:
        raise ValueError(
            f"deviation: found and said must have one shape; got {found.shape} and {said.shape}; "
            "compare number with number"
        )
    return float(np.max(np.abs(found - said) / np.maximum(1.0, np.abs(said)), initial=0.0))


def answer_of(deviations: Sequence[float], holds: bool = True) -> Answer:
    """Undecided where a number is not finite, refuted where one is no rounding, else supported.

    Args:
      deviations: of the numbers that were compared.
      holds: whether what is no number is as it was said; if not, it is refuted, with or without numbers.
    """
    if not np.all(np.isfinite(deviations)):
        return "undecided"
    if not holds:
        return "refuted"
    if not deviations:
        return "undecided"
    return "supported" if max(deviations) <= BOUND else "refuted"


def exact_verdict(words: Words, compared: Iterable[Compared], holds: bool = True) -> Verdict:
    """The verdict on what was computed: its effect is the largest deviation.

    Args:
      words: of the claim.
      compared: every number; what has another shape than it must have refutes.
      holds: whether what is no number, such as the shape of a graph, is as it was said.

    Returns:
      The verdict.
    """
    every = tuple(compared)
    found = tuple(deviation(each) for each in every if each.alike)
    answer = answer_of(found, holds and len(found) == len(every))
    effect = math.nan if answer == "undecided" else max(found, default=math.nan)
    sentence = words.sentences[answer]
    return Verdict(words.id, words.text, TEXTBOOK, answer, effect, effect, effect, len(found), sentence)


def exact_quantity(meaning: str, counted: str) -> Quantity:
    """What the effect of such a verdict is.

    Args:
      meaning: in words.
      counted: what n counts, in the singular.
    """
    return Quantity(meaning, "", 1.0, interval=EXACT, counted=counted)
