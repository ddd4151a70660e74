"""Is ReLU the best choice of activation once there is batch normalization?

The best of eight would be the best by luck now and then. So the question is whether any of the others is
better by more than a difference that counts.
"""

from collections.abc import Sequence

from bnact.studies.claim import Claim, Figure, Quantity, Scale, Table, Verdict
from bnact.studies.comparison import Comparison, Decision, works_as_well
from bnact.studies.report.wording import interval_notes, points
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import TunedCell, pair_of
from bnact.training.setting import Setting
from experiments.claims.activations import ALL, OTHERS
from experiments.claims.chosen import cell_of, depths_of
from experiments.claims.verdict_words import EDGE_NOTE, verdict_of_decision, with_outcome

from .accuracy.beside_relu import accuracy_columns, difference_columns, rate_columns, shown_accuracy
from .accuracy.duels import (
    Duel,
    accuracy_figure,
    before,
    differences_of,
    forest_by_depth,
    opponent,
    second_names,
    settings_before,
    signed_points,
)
from .sources.documents import QUESTION

ID = "relu_is_best"
TEXT = "ReLU is the best choice among activations (with BN)"

RULE = (
    f"Compared is the test accuracy of ReLU minus that of each of {', '.join(OTHERS)}, all with batch norm "
    "before the activation, at every depth, paired by seed, each at the learning rate that is best on "
    "validation data. Best means that none of the others is better by more than 1 point; to be equalled "
    "takes nothing away. Supported if every difference is above −1 point (the whole interval, and an exact "
    "sign-flip test with Holm's correction over all comparisons); refuted if any is below −1 point; else "
    "undecided, also where there is nothing to compare."
)

OUTCOMES = {
    "above": "not beaten by a point",
    "below": "beaten by more than a point",
    "equal": "unclear",
    "unclear": "unclear",
}

COLUMNS = (
    "network",
    "depth",
    "test accuracy (%)",
    "95 % interval",
    "ReLU − it (points)",
    "p (Holm)",
    "ReLU is",
    "best learning rate",
    "diverged",
)

DUELS = tuple(("relu", other) for other in OTHERS)


def settings(scale: Scale) -> tuple[Setting, ...]:
    """Eight activations with batch norm before them."""
    return settings_before(scale)


def decision_of(rows: Rows) -> Decision[Duel]:
    """Whether ReLU is as good as each of the others, depth by depth."""
    return works_as_well(differences_of(rows, DUELS))


def decide(rows: Rows) -> Verdict:
    """The verdict by the rule above."""
    decision = decision_of(rows)
    return verdict_of_decision(ID, TEXT, QUESTION, decision, _sentence(decision))


def figures(rows: Rows) -> Sequence[Figure]:
    """What decides, depth by depth; accuracy against depth."""
    return (
        forest_by_depth(
            decision_of(rows),
            OUTCOMES,
            -0.01,
            "test accuracy, relu − the other (points)",
            "What decides: ReLU minus each of the others, and its interval at the level Holm's correction "
            "leaves it. Dashed: −1 point; left of it the other is better by more than a point.",
        ),
        accuracy_figure(
            rows, ALL, "Test accuracy with batch norm before the activation, each at its best learning rate."
        ),
    )


def table(rows: Rows) -> Table:
    """Every activation's accuracy, the best first, and ReLU's difference to it."""
    compared = {each.key: each for each in decision_of(rows).comparisons}
    lines = [
        _line(cell, compared.get(Duel("relu", cell.setting.activation, depth)))
        for depth in depths_of(rows)
        for cell in _ranked(rows, depth)
    ]
    notes = (EDGE_NOTE, *interval_notes(min((each.n for each in compared.values()), default=0)))
    return Table("Activations with batch norm before them, the best first", COLUMNS, tuple(lines), notes)


def _ranked(rows: Rows, depth: int) -> list[TunedCell]:
    """Every activation at a depth, the most accurate first; of those shown as equal the first of `ALL`."""
    found = [cell_of(rows, before(name), depth) for name in ALL]
    return sorted((cell for cell in found if cell is not None), key=lambda cell: -shown_accuracy(cell))


def _line(cell: TunedCell, comparison: Comparison[Duel] | None) -> tuple[str, ...]:
    return (
        *accuracy_columns(pair_of(cell.setting), cell),
        *difference_columns(comparison, OUTCOMES),
        *rate_columns(cell),
    )


def _sentence(decision: Decision[Duel]) -> str:
    if decision.deciding is None:
        return "There is nothing to decide from: no depth has runs of both ReLU and another activation."
    beaten, unclear = with_outcome(decision, "below"), with_outcome(decision, "equal", "unclear")
    if decision.answer == "supported":
        return (
            "Yes: with batch norm no other activation is better than ReLU by more than a point; least clear "
            f"is it against {opponent(decision.deciding)}, with a difference of "
            f"{signed_points(decision.deciding)}."
        )
    if decision.answer == "refuted":
        _, other, depth = decision.deciding.key
        others = len({each.key.second for each in beaten})
        all_of_them = f" More than a point better somewhere: {second_names(beaten)}." if others > 1 else ""
        return f"No: {other} beats ReLU by {points(decision.deciding.effect)} at depth {depth}.{all_of_them}"
    return (
        "Not clear: these runs cannot tell whether ReLU is beaten by more than a point by "
        f"{second_names(unclear)}."
    )


CLAIM = Claim(
    id=ID,
    text=TEXT,
    source=QUESTION,
    why=(
        "Most people who use batch norm take ReLU without trying anything else. If that is right, nobody "
        "need search; if not, they leave accuracy lying."
    ),
    rule=RULE,
    quantity=Quantity("test accuracy of ReLU minus that of the activation that decides", "points", 100.0),
    settings=settings,
    decide=decide,
    figures=figures,
    table=table,
    turns=(
        "One activation that is better than ReLU by more than a point at one depth refutes it, if the "
        "difference stands out of the noise of ten seeds. More seeds, a larger test set or deeper networks "
        "may turn an undecided answer either way."
    ),
)
