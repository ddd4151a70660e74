"""What the claims that are decided by computing alone say in the same way."""

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from bnact.studies.claim import Answer, Quantity, Scale, Verdict
from bnact.studies.report.wording import EXACT, significant
from bnact.training.setting import Setting

from .sources import TEXTBOOK

BOUND = 1e-12
"""The largest deviation that counts as rounding: of a number from what it must be, or relative above 1."""

BOUND_IN_WORDS = significant(BOUND)

UNDECIDED = "A number that is not finite leaves it undecided; nothing else can, for there is no noise."


class Words(NamedTuple):
    """A claim of the page: its id, the words as they were said, and the sentence for each answer."""

    id: str
    text: str
    sentences: Mapping[Answer, str]


def no_runs(_: Scale) -> tuple[Setting, ...]:
    """The runs of a claim that is decided by computing alone: none, at every scale."""
    return ()


def deviation(found: np.ndarray | float, said: np.ndarray | float) -> float:
    """The largest deviation of a number from what it must be, max |found - said| / max(1, |said|).

    Args:
      found: an array, or a number.
      said: what it must be, of the same shape.

    Returns:
      The deviation; infinite where the shapes differ, NaN if a number is.
    """
    found, said = np.asarray(found, np.float64), np.asarray(said, np.float64)
    if found.shape != said.shape:
        return math.inf
    return float(np.max(np.abs(found - said) / np.maximum(1.0, np.abs(said)), initial=0.0))


def answer_of(deviations: Iterable[float]) -> Answer:
    """Supported where all are rounding, refuted where one is not; undecided if one is NaN."""
    found = tuple(deviations)
    if not found or any(math.isnan(each) for each in found):
        return "undecided"
    return "supported" if max(found) <= BOUND else "refuted"


def exact_verdict(words: Words, deviations: Iterable[float], holds: bool = True) -> Verdict:
    """The verdict on what was computed: its effect is the largest deviation.

    Args:
      words: of the claim.
      deviations: one for each number that was compared.
      holds: whether what is no number, such as the shape of a graph, is as it was said.

    Returns:
      The verdict.
    """
    found = tuple(deviations)
    answer = answer_of(found)
    if answer == "supported" and not holds:
        answer = "refuted"
    effect = math.nan if answer == "undecided" else max(found)
    sentence = words.sentences[answer]
    return Verdict(words.id, words.text, TEXTBOOK, answer, effect, effect, effect, len(found), sentence)


def exact_quantity(meaning: str, counted: str) -> Quantity:
    """What the effect of such a verdict is.

    Args:
      meaning: in words.
      counted: what n counts, in the singular.
    """
    return Quantity(meaning, "", 1.0, interval=EXACT, counted=counted)
