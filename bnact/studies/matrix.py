"""One claim on several tasks and architectures, each with several disjoint sets of seeds."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from .claim import Answer, Claim, Quantifier, Scale, Verdict


class Stratum(NamedTuple):
    """Where a claim is decided: a task's dataset and an architecture, by name."""

    data: str
    architecture: str


Matrix = Mapping[Stratum, tuple[Verdict, ...]]
"""The verdicts of one claim: for every stratum, one for each set of seeds."""


class Decided(NamedTuple):
    """A claim and what came out.

    Attributes:
      claim: the claim.
      verdict: over all strata.
      matrix: by stratum; of strata at which the claim asks for the same runs, the first alone.
      runs_of: for every stratum of the study, the one in `matrix` whose runs are its own.
    """

    claim: Claim
    verdict: Verdict
    matrix: Matrix
    runs_of: Mapping[Stratum, Stratum]


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

    Raises:
      ValueError: two scales of one stratum share a seed: they would not be two sets of runs.
    """
    found: dict[Stratum, tuple[Verdict, ...]] = {}
    _check_seeds(scales)
    for scale, verdict in zip(scales, verdicts, strict=True):
        found[stratum_of(scale)] = (*found.get(stratum_of(scale), ()), verdict)
    return found


def _check_seeds(scales: Sequence[Scale]) -> None:
    used: dict[Stratum, set[int]] = {}
    for scale in scales:
        seeds, stratum = set(range(scale.first_seed, scale.first_seed + scale.seeds)), stratum_of(scale)
        shared = seeds & used.setdefault(stratum, set())
        if shared:
            raise ValueError(
                f"matrix_of: the scales of one stratum must have disjoint seeds; got seed {min(shared)} "
                f"twice on {stratum.data}, {stratum.architecture}; use first_seed={max(used[stratum]) + 1}"
            )
        used[stratum] |= seeds


def replicated(verdicts: Sequence[Verdict]) -> Answer:
    """The answer that every set of seeds gives; "undecided" if they differ."""
    first: Answer = verdicts[0].verdict
    return first if all(verdict.verdict == first for verdict in verdicts) else "undecided"


def contradicted(verdicts: Sequence[Verdict]) -> bool:
    """Whether one set of seeds supports what another refutes."""
    return {"supported", "refuted"} <= {verdict.verdict for verdict in verdicts}


OVERALL = (
    "The claims say “works”, not “works here”. So a claim is refuted if it is refuted in any pair of task "
    "and architecture, with every set of seeds; supported if it is supported in all of them, with every set; "
    "else undecided. A claim that says “it depends” is the other way round: supported if any pair supports "
    "it, refuted if all refute it. A set of seeds that disagrees takes a pair's word away. A pair at which a "
    "claim asks for the runs of another is not counted again. Effect, interval, figures and table are those "
    "of the first pair that gives the answer, with its first set of seeds."
)
"""How `overall` makes one verdict of many, as a report says it."""


def overall(matrix: Matrix, quantifier: Quantifier = "everywhere") -> Verdict:
    """One verdict for all strata, as `OVERALL` says.

    Args:
      matrix: of one claim, with at least one stratum.
      quantifier: of the claim.

    Returns:
      The verdict of the stratum that speaks for all, with the first of its sets of seeds; its sentence says
      in how many strata the answer is which, if there are several, naming of task and architecture only what
      differs between them. No effect where none speaks.
    """
    first = next(iter(matrix.values()))
    if len(matrix) == 1 and len(first) == 1:
        return first[0]
    answer = _answer(matrix, quantifier)
    stratum = speaking(matrix, quantifier)
    if stratum is None:
        sentence = f"{_OPEN[quantifier]}, or not with all seeds. {_counts(matrix)}."
        nothing = math.nan
        return first[0]._replace(
            verdict=answer, effect=nothing, low=nothing, high=nothing, n=0, sentence=sentence
        )
    found = matrix[stratum][0]
    place = place_in_words(stratum, matrix)
    sentences = (found.sentence, f"Seen {place}." if place else "", f"{_counts(matrix)}.")
    return found._replace(sentence=" ".join(filter(None, sentences)))


def speaking(matrix: Matrix, quantifier: Quantifier = "everywhere") -> Stratum | None:
    """The first stratum that gives the answer for all, with every set of seeds; None if none does."""
    answer = _answer(matrix, quantifier)
    return next(
        (
            stratum
            for stratum, verdicts in matrix.items()
            if {verdict.verdict for verdict in verdicts} == {answer}
        ),
        None,
    )


def flips(matrix: Matrix) -> bool:
    """Whether a stratum supports what another refutes, each with all its sets of seeds."""
    return {"supported", "refuted"} <= {replicated(verdicts) for verdicts in matrix.values()}


_OPEN: Mapping[Quantifier, str] = {"everywhere": "Not everywhere", "somewhere": "Not clearly anywhere"}

_DECISIVE: Mapping[Quantifier, tuple[Answer, Answer]] = {
    "everywhere": ("refuted", "supported"),
    "somewhere": ("supported", "refuted"),
}
"""The answer for which one stratum is enough, and the one that takes all."""


def _answer(matrix: Matrix, quantifier: Quantifier) -> Answer:
    answers = [replicated(verdicts) for verdicts in matrix.values()]
    of_one, of_all = _DECISIVE[quantifier]
    if of_one in answers:
        return of_one
    return of_all if set(answers) == {of_all} else "undecided"


def _varied(strata: Collection[Stratum]) -> tuple[str, ...]:
    """The fields in which the strata differ: the runs of a claim that spans tasks are no single task's."""
    return tuple(
        field for field in Stratum._fields if len({getattr(stratum, field) for stratum in strata}) > 1
    )


def spanned(found: Decided) -> tuple[str, ...]:
    """The fields over which a claim's own runs reach: the study varies them, the claim's matrix does not."""
    studied = _varied(found.runs_of)
    return tuple(field for field in studied if field not in _varied(found.matrix))


def place_in_words(stratum: Stratum, matrix: Matrix) -> str:
    """A stratum of a matrix, by what differs between them: "on digits with mlp", "on digits", "with mlp".

    Args:
      stratum: one of the matrix.
      matrix: of one claim; what its strata share is not said, since a claim may span it.

    Returns:
      The words; none where the matrix has one stratum.
    """
    words = {"data": f"on {stratum.data}", "architecture": f"with {stratum.architecture}"}
    return " ".join(words[field] for field in _varied(matrix))


_SAYS: Mapping[Answer, tuple[str, str]] = {
    "supported": ("supports it", "support it"),
    "refuted": ("refutes it", "refute it"),
    "undecided": ("leaves it open", "leave it open"),
}
"""What one says, and what several say."""

_NOUNS: Mapping[tuple[str, ...], str] = {
    (): "sets of seeds",
    ("data",): "tasks",
    ("architecture",): "architectures",
}


def _counts(matrix: Matrix) -> str:
    """How many places, or sets of seeds of one, say what: "Of 6 tasks, 2 support it and 4 leave it open"."""
    answers: list[Answer] = [replicated(verdicts) for verdicts in matrix.values()]
    if len(matrix) == 1:
        answers = [verdict.verdict for verdicts in matrix.values() for verdict in verdicts]
    noun = _NOUNS.get(_varied(matrix), "pairs of task and architecture")
    if len(set(answers)) == 1:
        return f"{'Both' if len(answers) == 2 else f'All {len(answers)}'} {noun} {_SAYS[answers[0]][1]}"
    each = [f"{count} {says[count > 1]}" for kind, says in _SAYS.items() if (count := answers.count(kind))]
    return f"Of {len(answers)} {noun}, {', '.join(each[:-1])} and {each[-1]}"
