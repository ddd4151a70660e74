"""Does batch normalization make sigmoid as good as ReLU?

Sigmoid's derivative is at most 1/4, so a deep network of it without a norm passes hardly any gradient down.
Batch norm rescales each layer; the claim is that nothing of the disadvantage is left.
"""

from collections.abc import Sequence

from bnact.studies.claim import Claim, Figure, Quantity, Scale, Table, Verdict
from bnact.studies.comparison import MARGIN, Decision, works_as_well
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import Pair
from bnact.training.setting import Setting
from experiments.claims.chosen import BEFORE, AtDepth, accuracy_differences
from experiments.claims.verdict_words import by_how_much, verdict_of_decision, with_outcome

from .accuracy.beside_relu import (
    at_depths,
    at_worst,
    figures_with_relu,
    settings_with_relu,
    table_with_relu,
)
from .sources.documents import QUESTION
from .sources.literature import IOFFE_SIGMOID

ID = "sigmoid_with_norm"
TEXT = "with BN, sigmoid works as well as or better than ReLU"

RULE = (
    "Compared is the test accuracy of sigmoid minus that of ReLU, both with batch norm before the "
    "activation, at every depth, paired by seed, each at the learning rate that is best on validation "
    "data. Supported if at every depth the difference is above −1 point (the whole interval, and an exact "
    "sign-flip test with Holm's correction over the depths); refuted if at any depth it is below −1 point; "
    "else undecided. Networks with the norm after the activation and without a norm are shown and decide "
    "nothing."
)

OUTCOMES = {
    "above": "as good or better",
    "below": "worse by more than a point",
    "equal": "unclear",
    "unclear": "unclear",
}


def settings(scale: Scale) -> tuple[Setting, ...]:
    """Sigmoid and ReLU: batch norm before, after, and none."""
    return settings_with_relu("sigmoid", scale)


def decision_of(rows: Rows) -> Decision[AtDepth]:
    """Whether sigmoid is as good as ReLU, depth by depth."""
    return works_as_well(accuracy_differences(rows, Pair("sigmoid", *BEFORE), Pair("relu", *BEFORE)))


def decide(rows: Rows) -> Verdict:
    """The verdict by the rule above."""
    decision = decision_of(rows)
    return verdict_of_decision(ID, TEXT, QUESTION, decision, _sentence(decision))


def figures(rows: Rows) -> Sequence[Figure]:
    """What decides, accuracy against depth, learning curves, gradient by layer."""
    return figures_with_relu("sigmoid", rows, decision_of(rows), OUTCOMES, -MARGIN)


def table(rows: Rows) -> Table:
    """Every network's accuracy and the differences that decide."""
    return table_with_relu("sigmoid", rows, decision_of(rows), OUTCOMES)


def _sentence(decision: Decision[AtDepth]) -> str:
    if decision.deciding is None:
        return "There is nothing to decide from: no depth has runs of both sigmoid and ReLU."
    good = with_outcome(decision, "above")
    if decision.answer == "supported":
        return (
            f"Yes: with batch norm, sigmoid is as good as ReLU or better {at_depths(good)}; "
            f"at worst the difference is {at_worst(decision.deciding)}."
        )
    if decision.answer == "refuted":
        kept = f"; it holds {at_depths(good)}" if good else ""
        return (
            f"No: even with batch norm, sigmoid falls behind ReLU, by {by_how_much(decision.deciding)}{kept}."
        )
    unclear = with_outcome(decision, "equal", "unclear")
    kept = f"; {at_depths(good)} it is as good or better" if good else ""
    where = at_depths(unclear)
    return f"Not clear: these runs cannot tell whether sigmoid is within a point of ReLU {where}{kept}."


CLAIM = Claim(
    id=ID,
    text=TEXT,
    source=QUESTION,
    why=(
        "If it holds, the choice of activation under batch norm is free, and the usual reason against "
        "sigmoid is gone. If not, a norm alone does not mend a saturating activation."
    ),
    rule=RULE,
    quantity=Quantity(
        "test accuracy of sigmoid minus that of ReLU, at the depth that decides", "points", 100.0
    ),
    settings=settings,
    decide=decide,
    figures=figures,
    table=table,
    turns=(
        "A depth at which the whole corrected interval of sigmoid minus ReLU lies below −1 point refutes it; "
        "intervals above −1 point at every depth support it. Where one straddles −1 point, more seeds decide."
    ),
    literature=(IOFFE_SIGMOID,),
)
