"""Is there still a reason for ReLU once batch norm has mended tanh and the logistic?

An advantage is worth something only if it is not paid for: a cheaper network that is less accurate is just
a cheaper network.
"""

from collections.abc import Sequence

import numpy as np

from bnact.studies.claim import Answer, Claim, Costs, Figure, Quantity, Scale, Table, Verdict
from bnact.studies.comparison import Decision, works_as_well, works_better
from bnact.studies.report.figures import learning_curves
from bnact.studies.report.wording import listed, percent, points
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import paired_differences
from bnact.training.setting import Setting
from experiments.claims.chosen import cells_by_pair, depths_of, lines_by_depth, runs_of
from experiments.claims.verdict_words import verdict_of_decision, with_outcome

from .accuracy.duels import (
    Duel,
    before,
    differences_of,
    forest_by_depth,
    opponent,
    second_names,
    settings_before,
    signed_points,
)
from .cost.activation_work import BATCH_SIZE
from .cost.advantages_table import OUTCOMES, advantages_table, seconds_table
from .cost.relu_savings import ADVANTAGE, WIDTHS, saving
from .sources.documents import QUESTION
from .speed.fastest_rate import RATE_RULE, fastest_cell
from .speed.time_to_target import TARGET_RULE, counted_steps, target_of

ID = "relu_keeps_advantages"
TEXT = "ReLU has properties that keep it worthwhile even with BN"

RIVALS = ("tanh", "sigmoid")
"""What ReLU took the place of, and what batch norm might bring back."""

WIDE = WIDTHS[-1]
"""Units of the layer whose cost is counted: as where the claim on the simple derivative is decided."""

TARGET = TARGET_RULE.format(networks="the networks of these three activations")

RULE = (
    f"ReLU is set against {' and '.join(RIVALS)}, all with batch norm before the activation, at every depth, "
    "paired by seed. Its price: test accuracy, each at the learning rate that is best on validation data, "
    "must be above −1 point of theirs (the whole interval, and an exact sign-flip test with Holm's "
    "correction over the comparisons). Its advantages: cost is one if in a training step "
    f"of a layer (dense map of {WIDE} units, batch norm, activation, on {BATCH_SIZE} examples) ReLU "
    f"saves {percent(ADVANTAGE, 0)} or more of the operations, counted before the program is optimized, or "
    "of the bytes kept for the way back, against both; speed is one "
    "if it takes fewer steps to a target at every comparison, tested in the same way, "
    f"{RATE_RULE}; there {TARGET}. Supported if the price is shown to be within a point everywhere and "
    "cost or speed is an advantage; refuted if the price is shown to be more than a point anywhere, or if "
    "cost is no advantage and ReLU is shown to be slower somewhere; else undecided, so where a count is "
    "missing that could turn it. The effect is the price, where it is least clear. Other activations are "
    "shown, held against the same target, and decide nothing."
)

DUELS = tuple(("relu", rival) for rival in RIVALS)


def settings(scale: Scale) -> tuple[Setting, ...]:
    """Eight activations with batch norm before them."""
    return settings_before(scale)


def price(rows: Rows) -> Decision[Duel]:
    """Whether ReLU is as accurate as its rivals, depth by depth."""
    return works_as_well(differences_of(rows, DUELS))


def speed(rows: Rows) -> Decision[Duel]:
    """Whether ReLU reaches the target in fewer steps than its rivals, depth by depth."""
    target = deciding_target(rows)
    found: dict[Duel, np.ndarray] = {}
    for rival in RIVALS:
        for depth in depths_of(rows):
            cells = [fastest_cell(runs_of(rows, before(name), depth), target) for name in (rival, "relu")]
            steps = [
                cell.measured(lambda log: counted_steps(log, target)) for cell in cells if cell is not None
            ]
            if len(steps) == 2 and len(saved := paired_differences(*steps)):
                found[Duel("relu", rival, depth)] = saved
    return works_better(found, margin=0.0)


def deciding_target(rows: Rows) -> float:
    """The target, set by ReLU and its rivals at every depth, and by no other."""
    pairs = [before(name) for name in ("relu", *RIVALS)]
    return target_of(cell for cells in cells_by_pair(rows, pairs).values() for cell in cells)


def cost() -> Answer:
    """Whether a layer with ReLU saves enough against both rivals; undecided if a count is missing."""
    found = [saving(rival, WIDE) for rival in RIVALS]
    if not all(each.is_counted for each in found):
        return "undecided"
    return "supported" if all(each.is_advantage for each in found) else "refuted"


def answer_of(price: Answer, speed: Answer, cost: Answer) -> Answer:
    """The answer by the rule above.

    Args:
      price: whether the accuracy is within a point.
      speed: whether ReLU takes fewer steps.
      cost: whether it saves enough of a layer.
    """
    if price == "refuted" or (speed == "refuted" and cost == "refuted"):
        return "refuted"
    return "supported" if price == "supported" and "supported" in (cost, speed) else "undecided"


def decide(rows: Rows) -> Verdict:
    """The verdict by the rule above."""
    accuracy, steps = price(rows), speed(rows)
    answer = answer_of(accuracy.answer, steps.answer, cost()) if accuracy.comparisons else "undecided"
    decision = accuracy._replace(answer=answer)
    return verdict_of_decision(ID, TEXT, QUESTION, decision, _sentence(decision, accuracy.answer, steps))


def figures(rows: Rows) -> Sequence[Figure]:
    """The price in accuracy, depth by depth; learning curves of ReLU and its rivals."""
    pairs = [before(name) for name in ("relu", *RIVALS)]
    return (
        forest_by_depth(
            price(rows),
            OUTCOMES,
            -0.01,
            "test accuracy, relu − the other (points)",
            "The price: ReLU minus its rivals, and the interval at the level Holm's correction leaves it. "
            "Dashed: −1 point.",
        ),
        learning_curves(
            lines_by_depth(rows, pairs),
            "Validation accuracy through training, each at the rate that is best in the end.",
        ),
    )


def table(rows: Rows) -> Table:
    """Accuracy, steps to the target and cost of every activation, those that decide with their outcome."""
    return advantages_table(rows, price(rows), speed(rows), deciding_target(rows))


def clock(rows: Rows, costs: Costs) -> Table:
    """Measured seconds of each activation alone."""
    return seconds_table(costs)


def _sentence(decision: Decision[Duel], price: Answer, steps: Decision[Duel]) -> str:
    weakest = decision.deciding
    if weakest is None:
        return "There is nothing to decide from: no depth has runs of both ReLU and tanh or sigmoid."
    properties = f"{_cost_in_words()}, and {_speed_in_words(steps)}"
    if decision.answer == "supported":
        return (
            f"Yes: with batch norm ReLU is within a point of {' and '.join(RIVALS)} or better (least clearly "
            f"against {opponent(weakest)}, {signed_points(weakest)}); {properties}."
        )
    if price == "refuted":
        behind = f"it is {points(weakest.effect)} less accurate than {opponent(weakest)}"
        return f"No: what ReLU has is paid for: {behind}. Otherwise {properties}."
    if decision.answer == "refuted":
        return f"No: {properties}."
    if price == "supported":
        return f"Not clear: ReLU is as accurate as its rivals, but {properties}."
    unclear = second_names(with_outcome(decision, "unclear", "equal"))
    return f"Not clear: these runs cannot tell whether ReLU is within a point of {unclear}; {properties}."


def _cost_in_words() -> str:
    answer = cost()
    if answer == "undecided":
        return "what a layer of it takes could not be counted"
    shares = [f"{percent(saving(rival, WIDE).operations)} (against {rival})" for rival in RIVALS]
    enough = "" if answer == "supported" else ", too few to count"
    return f"a layer of {WIDE} units takes {listed(shares)} fewer operations{enough}"


def _speed_in_words(steps: Decision[Duel]) -> str:
    faster, slower = len(with_outcome(steps, "above")), len(with_outcome(steps, "below"))
    return f"it learns in fewer steps in {faster} of {len(steps.comparisons)} cases, in more in {slower}"


CLAIM = Claim(
    id=ID,
    text=TEXT,
    source=QUESTION,
    why=(
        "If batch norm takes away what was wrong with tanh and the logistic, ReLU needs reasons of its own. "
        "They decide whether it is still worth choosing, or only a habit."
    ),
    rule=RULE,
    quantity=Quantity(
        "test accuracy of ReLU minus that of tanh or sigmoid, at the comparison that decides", "points", 100.0
    ),
    settings=settings,
    decide=decide,
    figures=figures,
    table=table,
    chosen="the learning rate that is best on validation data, steps at the one that is fastest for other "
    "seeds",
    turns=(
        "tanh or sigmoid more than a point ahead at one depth refutes it. So would a compiler that computes "
        "them as cheaply as ReLU, if ReLU were also slower in steps."
    ),
    clock=clock,
)
