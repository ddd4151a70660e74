"""Claims, verdicts and matrices that nobody measured."""

from bnact.studies.claim import Answer, Claim, Finding, Quantity, Scale, Table, Verdict
from bnact.studies.matrix import Decided, Stratum, overall

ANSWERS: dict[str, Answer] = {"s": "supported", "r": "refuted", "u": "undecided"}
SCALES = tuple(
    Scale(10, 300, (0.1,), (2,), data, architecture, first)
    for data in ("digits", "teacher")
    for architecture in ("mlp", "residual_mlp")
    for first in (0, 10)
)
STRATA = tuple(dict.fromkeys(Stratum(scale.data, scale.architecture) for scale in SCALES))


def claim(name):
    return Claim(
        id=name,
        text=f"text of {name}",
        source="source",
        why="why",
        rule="rule",
        quantity=Quantity("meaning", "points", 100.0),
        settings=lambda scale: (),
        decide=lambda rows: verdict("s", name),
        figures=lambda rows: (),
        table=lambda rows: Table("table", ("a",), (("1",),)),
        turns="It would turn.",
        literature=(Finding("Author, 2001", "on", "found", "supported", "Alike.", "Unlike."),),
    )


def verdict(letter, name="a"):
    return Verdict(
        name, f"text of {name}", "source", ANSWERS[letter], 0.03, 0.01, 0.05, 10, f"Said {letter}."
    )


def decided(name, *letters):
    """A claim with the answers of both sets of seeds in each of the first strata; one letter: decided "
    "once."""
    matrix = {
        stratum: tuple(verdict(letter, name) for letter in pair)
        for stratum, pair in zip(STRATA, letters, strict=False)
        if pair
    }
    runs_of = {stratum: stratum if stratum in matrix else STRATA[0] for stratum in STRATA}
    return Decided(claim(name), overall(matrix), matrix, runs_of)
