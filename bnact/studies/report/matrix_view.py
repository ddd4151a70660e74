"""The verdicts of all claims over tasks and architectures, as a report shows them."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from bnact.studies.claim import Answer, Scale, Table, Verdict
from bnact.studies.counted import counted
from bnact.studies.matrix import (
    OVERALL,
    Decided,
    Stratum,
    contradicted,
    flips,
    place_in_words,
    replicated,
    spanned,
    stratum_of,
)

from .wording import effect_in_words, interval_in_words, listed

ALL = "all"
"""Stands where a claim's own runs reach over every task, or every architecture."""


class Heading(NamedTuple):
    """What stands over so many columns."""

    label: str
    span: int


class Cell(NamedTuple):
    """What the sets of seeds say in one place, or in several neighbours that share their runs.

    Attributes:
      answers: of each set of seeds, in order.
      span: columns.
      words: the same for who cannot see it.
      agrees: whether all sets of seeds give the same answer.
    """

    answers: tuple[Answer, ...]
    span: int
    words: str
    agrees: bool


class Line(NamedTuple):
    """One claim: the id and heading of its page, its one verdict, and its cells."""

    id: str
    heading: str
    answer: Answer
    cells: tuple[Cell, ...]


class MatrixView(NamedTuple):
    """Claims by tasks and architectures, and remarks as (title, text)."""

    tasks: tuple[Heading, ...]
    architectures: tuple[str, ...]
    lines: tuple[Line, ...]
    remarks: tuple[tuple[str, str], ...]


def heading_of(claim_id: str) -> str:
    """A claim's short name: "Tanh with norm"."""
    return claim_id.replace("_", " ").capitalize()


def in_words(stratum: Stratum) -> str:
    """Task and architecture: "digits, mlp"."""
    return f"{stratum.data}, {stratum.architecture}"


def seeds_in_words(scale: Scale) -> str:
    """The seeds of a scale: "seeds 10 to 19"."""
    last = scale.first_seed + scale.seeds - 1
    return f"seed {last}" if scale.seeds == 1 else f"seeds {scale.first_seed} to {last}"


def matrix_view(found: Sequence[Decided], scales: Sequence[Scale]) -> MatrixView | None:
    """All claims over all tasks and architectures.

    Args:
      found: the claims and what came out.
      scales: at which they were decided.

    Returns:
      The view; None if there is one scale alone.
    """
    if len(scales) == 1:
        return None
    strata = list(dict.fromkeys(map(stratum_of, scales)))
    seeds = list(dict.fromkeys(map(seeds_in_words, scales)))
    tasks = [Heading(task, len(list(group))) for task, group in itertools.groupby(s.data for s in strata)]
    remarks = (
        ("How one verdict is made of these", OVERALL),
        ("Where verdicts flip", _flips(found)),
        ("With other seeds", _replications(found, seeds)),
    )
    return MatrixView(
        tasks=tuple(tasks),
        architectures=tuple(stratum.architecture for stratum in strata),
        lines=tuple(_line(each, strata, seeds) for each in found),
        remarks=remarks,
    )


def strata_table(found: Decided, scales: Sequence[Scale]) -> Table | None:
    """One claim's verdict in every place with every set of seeds; None if there is one alone."""
    pairs = [(stratum, verdict) for stratum, verdicts in found.matrix.items() for verdict in verdicts]
    if len(pairs) == 1:
        return None
    seeds = _by_stratum(scales)
    rows = [
        _row(found, stratum, verdict, seeds[stratum][place])
        for stratum, verdicts in found.matrix.items()
        for place, verdict in enumerate(verdicts)
    ]
    columns = ("task", "architecture", "seeds", "answer", "effect", "interval", "n")
    return Table("In every task and architecture, with every set of seeds", columns, tuple(rows))


def _row(found: Decided, stratum: Stratum, verdict: Verdict, seeds: str) -> tuple[str, ...]:
    quantity = found.claim.quantity
    interval = interval_in_words(verdict, quantity).removeprefix(quantity.interval).strip() or "–"
    effect = effect_in_words(verdict, quantity)
    reached = spanned(found)
    place = (ALL if field in reached else name for field, name in stratum._asdict().items())
    return (*place, seeds.partition(" ")[2], verdict.verdict, effect, interval, str(verdict.n))


def _by_stratum(scales: Sequence[Scale]) -> Mapping[Stratum, list[str]]:
    found: dict[Stratum, list[str]] = {}
    for scale in scales:
        found.setdefault(stratum_of(scale), []).append(seeds_in_words(scale))
    return found


def _line(found: Decided, strata: Sequence[Stratum], seeds: Sequence[str]) -> Line:
    cells = tuple(_cells(found, strata, seeds))
    return Line(found.claim.id, heading_of(found.claim.id), found.verdict.verdict, cells)


def _cells(found: Decided, strata: Sequence[Stratum], seeds: Sequence[str]) -> Iterator[Cell]:
    for owner, group in itertools.groupby(strata, key=lambda stratum: found.runs_of[stratum]):
        places = list(group)
        verdicts = found.matrix[owner]
        answers: tuple[Answer, ...] = tuple(verdict.verdict for verdict in verdicts)
        agrees = len(set(answers)) == 1
        words = f"{_answers_in_words(answers, seeds)}{_shared_in_words(owner, places, len(strata))}"
        yield Cell(answers, len(places), words, agrees)


def _answers_in_words(answers: Sequence[Answer], seeds: Sequence[str]) -> str:
    if len(set(answers)) == 1:
        return answers[0] if len(answers) == 1 else f"{answers[0]} with {len(answers)} sets of seeds"
    each = [f"{answer} with {of}" for answer, of in zip(answers, seeds, strict=False)]
    return f"seeds differ: {listed(each)}"


def _shared_in_words(owner: Stratum, places: Sequence[Stratum], count: int) -> str:
    if len(places) == count and count > 1:
        return "; decided once for all"
    return f"; the runs of {in_words(owner)}" if places != [owner] else ""


def _flips(found: Sequence[Decided]) -> str:
    flipping = [each for each in found if flips(each.matrix)]
    if not flipping:
        return "No claim is supported in one place and refuted in another by all sets of seeds."
    return " ".join(f"{heading_of(each.claim.id)}: {_places(each)}." for each in flipping)


def _places(found: Decided) -> str:
    kinds: tuple[Answer, ...] = ("supported", "refuted")
    places = {
        kind: [
            place_in_words(s, found.matrix) for s, each in found.matrix.items() if replicated(each) == kind
        ]
        for kind in kinds
    }
    return "; ".join(f"{kind} {listed(names)}" for kind, names in places.items())


def _replications(found: Sequence[Decided], seeds: Sequence[str]) -> str:
    repeated = [verdicts for each in found for verdicts in each.matrix.values() if len(verdicts) > 1]
    if not repeated:
        return "There is one set of seeds alone: nothing was replicated."
    agreeing = sum(len({verdict.verdict for verdict in verdicts}) == 1 for verdicts in repeated)
    against = sum(map(contradicted, repeated))
    open_ones = len(repeated) - agreeing - against
    return (
        f"{counted(len(repeated), 'pair')} of claim and place {'was' if len(repeated) == 1 else 'were'} "
        f"decided anew with other seeds ({listed(seeds)}): {agreeing} with the same answer, {open_ones} "
        f"decided by one set and left open by the other, {against} supported by one and refuted by the other."
    )
