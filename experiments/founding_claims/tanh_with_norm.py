"""Does tanh beat ReLU once there is batch normalization?

Tanh is bounded and centred, ReLU neither; batch norm before the activation feeds both the same inputs.
"""

from collections.abc import Sequence

from bnact.studies.claim import Claim, Figure, Quantity, Scale, Table, Verdict
from bnact.studies.comparison import Decision, works_better
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import Pair
from bnact.training.setting import Setting
from experiments.claims.chosen import BEFORE, AtDepth, accuracy_differences
from experiments.claims.verdict_words import by_how_much, verdict_of_decision, with_outcome

from .accuracy.beside_relu import (
    at_depths,
    figures_with_relu,
    settings_with_relu,
    table_with_relu,
)
from .sources.documents import QUESTION
from .sources.literature import KIM

ID = "tanh_with_norm"
TEXT = "with BN, tanh works better than ReLU"

RULE = (
    "Compared is the test accuracy of tanh minus that of ReLU, both with batch norm before the activation, "
    "at every depth, paired by seed, each at the learning rate that is best on validation data. Supported "
    "if the difference is above 0 at every depth (the whole interval, and an exact sign-flip test with "
    "Holm's correction over the depths); refuted if it is below 0 at any depth, or inside ±1 point at "
    "every one; else undecided. Networks with the norm after the activation and without a norm are shown "
    "and decide nothing."
)

OUTCOMES = {"above": "better", "below": "worse", "equal": "equal", "unclear": "unclear"}


def settings(scale: Scale) -> tuple[Setting, ...]:
    """Tanh and ReLU: batch norm before, after, and none."""
    return settings_with_relu("tanh", scale)


def decision_of(rows: Rows) -> Decision[AtDepth]:
    """Whether tanh is better than ReLU, depth by depth."""
    return works_better(accuracy_differences(rows, Pair("tanh", *BEFORE), Pair("relu", *BEFORE)))


def decide(rows: Rows) -> Verdict:
    """The verdict by the rule above."""
    decision = decision_of(rows)
    return verdict_of_decision(ID, TEXT, QUESTION, decision, _sentence(decision))


def figures(rows: Rows) -> Sequence[Figure]:
    """What decides, accuracy against depth, learning curves, gradient by layer."""
    return figures_with_relu("tanh", rows, decision_of(rows), OUTCOMES, 0.0)


def table(rows: Rows) -> Table:
    """Every network's accuracy and the differences that decide."""
    return table_with_relu("tanh", rows, decision_of(rows), OUTCOMES)


def _sentence(decision: Decision[AtDepth]) -> str:
    if decision.deciding is None:
        return "There is nothing to decide from: no depth has runs of both tanh and ReLU."
    better, worse = with_outcome(decision, "above"), with_outcome(decision, "below")
    kept = f"; it is better {at_depths(better)}" if better else ""
    if decision.answer == "supported":
        return (
            f"Yes: with batch norm, tanh beats ReLU {at_depths(better)}; least clearly by "
            f"{by_how_much(decision.deciding)}."
        )
    if worse:
        return f"No: with batch norm, tanh is worse than ReLU, by {by_how_much(decision.deciding)}{kept}."
    if decision.answer == "refuted":
        where = at_depths(decision.comparisons)
        return f"No: with batch norm, tanh and ReLU are equal to within a point {where}."
    unclear = with_outcome(decision, "unclear", "equal")
    return f"Not clear: {at_depths(unclear)} these runs do not show tanh ahead of ReLU or behind it{kept}."


CLAIM = Claim(
    id=ID,
    text=TEXT,
    source=QUESTION,
    why=(
        "Tanh lost to ReLU because it saturates. If batch norm keeps it out of saturation, its centred "
        "output might even be the better choice."
    ),
    rule=RULE,
    quantity=Quantity("test accuracy of tanh minus that of ReLU, at the depth that decides", "points", 100.0),
    settings=settings,
    decide=decide,
    figures=figures,
    table=table,
    turns=(
        "One depth at which the whole corrected interval of tanh minus ReLU lies below 0 refutes it, and "
        "intervals above 0 at every depth support it. Where one holds 0 and is wider than a point, more "
        "seeds decide."
    ),
    literature=(KIM,),
)
