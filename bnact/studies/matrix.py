"""One claim on several tasks and architectures, each with several disjoint sets of seeds."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from .claim import Answer, Scale, Verdict


class Stratum(NamedTuple):
    """Where a claim is decided: a task's dataset and an architecture, by name."""

    data: str
    architecture: str


Matrix = Mapping[Stratum, tuple[Verdict, ...]]
"""The verdicts of one claim: for every stratum, one for each set of seeds."""


def stratum_of(scale: Scale) -> Stratum:
    """The task and the architecture of a scale."""
    return Stratum(scale.data, scale.architecture)


def matrix_of(scales: Sequence[Scale], verdicts: Sequence[Verdict]) -> Matrix:
    """The verdicts by stratum.

    Args:
      scales: what was run; those of one stratum differ in their seeds.
      verdicts: one claim's, on each of them.

    Returns:
      The matrix, in the order of the scales.
    """
    found: dict[Stratum, tuple[Verdict, ...]] = {}
    for scale, verdict in zip(scales, verdicts, strict=True):
        found[stratum_of(scale)] = (*found.get(stratum_of(scale), ()), verdict)
    return found


def replicated(verdicts: Sequence[Verdict]) -> Answer:
    """The answer that every set of seeds gives; "undecided" if they differ."""
    first: Answer = verdicts[0].verdict
    return first if all(verdict.verdict == first for verdict in verdicts) else "undecided"


def contradicted(verdicts: Sequence[Verdict]) -> bool:
    """Whether one set of seeds supports what another refutes."""
    return {"supported", "refuted"} <= {verdict.verdict for verdict in verdicts}


def overall(matrix: Matrix) -> Verdict:
    """One verdict for all strata.

    The claims say "works", not "works here". So a claim is refuted if it is refuted in any stratum, with
    every set of seeds; supported if it is supported in all of them, with every set; else undecided. A set
    of seeds that disagrees takes a stratum's word away.

    Args:
      matrix: of one claim, with at least one stratum.

    Returns:
      The verdict of the first stratum that gives the answer, with the first of its sets of seeds; its
      sentence says in how many strata the answer is which, if there are several.
    """
    answers: dict[Stratum, Answer] = {stratum: replicated(verdicts) for stratum, verdicts in matrix.items()}
    answer = _universal(list(answers.values()))
    if len(matrix) == 1 and len(next(iter(matrix.values()))) == 1:
        return next(iter(matrix.values()))[0]
    speaking = next((stratum for stratum, found in answers.items() if found == answer), None)
    first = next(iter(matrix.values()))[0] if speaking is None else matrix[speaking][0]
    if first.verdict != answer:
        first = first._replace(effect=math.nan, low=math.nan, high=math.nan, n=0)
    return first._replace(verdict=answer, sentence=_sentence(first, answer, speaking, answers))


def _universal(answers: Sequence[Answer]) -> Answer:
    if "refuted" in answers:
        return "refuted"
    return "supported" if set(answers) == {"supported"} else "undecided"


def _sentence(
    first: Verdict, answer: Answer, speaking: Stratum | None, answers: Mapping[Stratum, Answer]
) -> str:
    found = list(answers.values())
    counts = ", ".join(
        f"{each} in {found.count(each)}" for each in ("supported", "refuted", "undecided") if each in found
    )
    of = f"Of {len(found)} pairs of task and architecture: {counts}."
    if speaking is None or first.verdict != answer:
        return f"Not the same everywhere, or with all seeds. {of}"
    return f"{first.sentence} ({speaking.data}, {speaking.architecture}.) {of}"
