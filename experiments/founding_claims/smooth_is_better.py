"""Are smooth activations better than kinked ones?

The curves of tanh and the logistic have no corner; ReLU's has one. Whether the corner itself matters is
seen best where little else differs: GELU, SiLU and softplus are like ReLU and smooth, ELU is like leaky ReLU
near 0 and smooth.
"""

from collections.abc import Sequence

import numpy as np

from bnact.studies.claim import Claim, Figure, Quantity, Scale, Table, Verdict
from bnact.studies.comparison import Comparison, Decision, compare, works_better
from bnact.studies.report.wording import interval_notes, points
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import paired_differences, test_accuracy
from bnact.training.setting import Setting
from experiments.claims.chosen import AtDepth, cell_of, depths_of
from experiments.claims.verdict_words import EDGE_NOTE, rate_in_words, verdict_of_decision, with_outcome

from .accuracy.beside_relu import difference_columns
from .accuracy.duels import (
    Duel,
    accuracy_figure,
    before,
    differences_of,
    forest_by_depth,
    settings_before,
    signed_points,
)
from .sources.documents import QUESTION

ID = "smooth_is_better"
TEXT = "the continuous nature of tanh and the logistic stays appealing"

SMOOTH, KINKED = ("gelu", "silu", "softplus", "elu"), ("relu", "leaky_relu")
DUELS = (("gelu", "relu"), ("silu", "relu"), ("softplus", "relu"), ("elu", "leaky_relu"))
"""Each smooth activation with the kinked one of nearly the same shape."""

RULE = (
    "Compared is the test accuracy of each smooth activation minus that of the kinked one of nearly the "
    "same shape "
    f"({', '.join(f'{smooth} against {kinked}' for smooth, kinked in DUELS)}), with batch norm before both, "
    "at every depth, paired by seed, each at the learning rate that is best on validation data. Supported if "
    "the smooth one is better at every comparison (the whole interval above 0, and an exact sign-flip test "
    "with Holm's correction over all of them); refuted if it is worse at any, or equal to within 1 point at "
    "every one: then smoothness by itself is not what helps; else undecided, also where there is nothing to "
    "compare. Shapes are nearly the same: softplus is 0.69 at 0, where ReLU is 0, and ELU ends at −1, where "
    "leaky ReLU goes on falling, so that more than the corner differs there; GELU and SiLU dip below 0. "
    "The mean of the smooth ones minus that of the kinked ones is shown and decides nothing; tanh "
    "and the logistic themselves meet ReLU in claims of their own."
)

OUTCOMES = {"above": "smooth is better", "below": "smooth is worse", "equal": "equal", "unclear": "unclear"}

COLUMNS = (
    "smooth",
    "kinked",
    "depth",
    "smooth (%)",
    "kinked (%)",
    "smooth − kinked (points)",
    "p (Holm)",
    "outcome",
    "best learning rates",
)


def settings(scale: Scale) -> tuple[Setting, ...]:
    """Four smooth and two kinked activations, batch norm before."""
    return settings_before(scale, (*KINKED, *SMOOTH))


def decision_of(rows: Rows) -> Decision[Duel]:
    """Whether each smooth activation is better than the kinked one of its shape, depth by depth."""
    return works_better(differences_of(rows, DUELS))


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
            0.0,
            "test accuracy, smooth − kinked (points)",
            "What decides: each smooth activation minus the kinked one of its shape, and its interval at the "
            "level Holm's correction leaves it.",
        ),
        accuracy_figure(
            rows,
            (*KINKED, *SMOOTH),
            "Test accuracy with batch norm before the activation, each at its best learning rate.",
        ),
    )


def table(rows: Rows) -> Table:
    """Every comparison with its accuracies, and the two groups as wholes."""
    comparisons = decision_of(rows).comparisons
    lines = [_line(rows, each) for each in comparisons]
    groups = compare(group_differences(rows), 0.0, 0.0)
    notes = (
        "Smooth ones minus kinked ones, the mean over each group, which decides nothing: "
        + ("; ".join(f"{each.label}: {signed_points(each)}" for each in groups) or "no depth has all of them")
        + ".",
        EDGE_NOTE,
        *interval_notes(min((each.n for each in comparisons), default=0)),
    )
    return Table("Smooth activations against kinked ones of the same shape", COLUMNS, tuple(lines), notes)


def group_differences(rows: Rows) -> dict[AtDepth, np.ndarray]:
    """Mean test accuracy of the smooth activations minus that of the kinked ones, paired by seed.

    Args:
      rows: of the claim.

    Returns:
      For each depth, (n,) differences of the seeds that all have; a depth that lacks one is left out.
    """
    found = {}
    for depth in depths_of(rows):
        means = [_group_mean(rows, names, depth) for names in (SMOOTH, KINKED)]
        differences = paired_differences(*means)
        if len(differences):
            found[AtDepth(depth)] = differences
    return found


def _group_mean(rows: Rows, names: Sequence[str], depth: int) -> dict[int, float]:
    cells = [cell_of(rows, before(name), depth) for name in names]
    if any(cell is None for cell in cells):
        return {}
    by_seed = [cell.measured(test_accuracy) for cell in cells if cell is not None]
    seeds = set.intersection(*map(set, by_seed))
    return {seed: float(np.mean([each[seed] for each in by_seed])) for seed in sorted(seeds)}


def _line(rows: Rows, comparison: Comparison[Duel]) -> tuple[str, ...]:
    smooth, kinked, depth = comparison.key
    found = (cell_of(rows, before(name), depth) for name in (smooth, kinked))
    cells = [cell for cell in found if cell is not None]
    return (
        smooth,
        kinked,
        str(depth),
        *(f"{100 * cell.over_seeds(test_accuracy).mean():.1f}" for cell in cells),
        *difference_columns(comparison, OUTCOMES),
        " / ".join(rate_in_words(cell) for cell in cells),
    )


def _sentence(decision: Decision[Duel]) -> str:
    if decision.deciding is None:
        return "There is nothing to decide from: no smooth activation was run beside a kinked one."
    better, total = len(with_outcome(decision, "above")), len(decision.comparisons)
    smooth, kinked, depth = decision.deciding.key
    by = f"{points(decision.deciding.effect)} at depth {depth}"
    if decision.answer == "supported":
        return f"Yes: the smooth one is better everywhere; least clearly {smooth} than {kinked}, by {by}."
    if with_outcome(decision, "below"):
        return (
            f"No, smoothness by itself does not help: {smooth} is worse than {kinked} by {by}. The smooth "
            f"one is better in {better} of {total} cases."
        )
    if decision.answer == "refuted":
        return "No: smooth and kinked are equal to within a point in every case."
    return (
        f"Not clear: the smooth one is better in {better} of {total} cases and worse in none; the rest these "
        "runs cannot tell apart."
    )


CLAIM = Claim(
    id=ID,
    text=TEXT,
    source=QUESTION,
    why=(
        "GELU and SiLU have taken ReLU's place in large networks, and cost more. If a smooth curve is better "
        "by itself, the price buys something under batch norm too."
    ),
    rule=RULE,
    quantity=Quantity(
        "test accuracy of the smooth activation minus that of the kinked one, at the comparison that decides",
        "points",
        100.0,
    ),
    settings=settings,
    decide=decide,
    figures=figures,
    table=table,
    turns=(
        "A smooth activation that is worse than the kinked one of its shape at one depth refutes it; to "
        "support it, every one must be better at every depth. Where it is refuted by one activation alone, "
        "that one's curve, and not smoothness, is the thing to look at."
    ),
)
