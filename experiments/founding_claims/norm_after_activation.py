"""Should batch normalization stand after the activation?

The 2015 paper puts it before; practice and some benchmarks found it better after. Bounded and unbounded
activations are looked at apart, since a norm after a bounded one rescales what saturation has squeezed.
"""

from collections.abc import Sequence

import numpy as np

from bnact.studies.claim import Claim, Figure, Quantity, Scale, Table, Verdict
from bnact.studies.comparison import Comparison, Decision, compare, works_better
from bnact.studies.report.figures import accuracy_against_depth, learning_curves
from bnact.studies.report.forest import forest
from bnact.studies.report.palette import style_of
from bnact.studies.report.wording import interval_in_points, interval_notes, plain, with_interval
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import Pair, TunedCell, paired_differences, steps_to_target, test_accuracy
from bnact.training.log import Log
from bnact.training.setting import Setting
from experiments.claims.chosen import (
    AFTER,
    BEFORE,
    ActivationAt,
    accuracy_differences,
    cell_of,
    cells_by_pair,
    depths_of,
    lines_by_depth,
)
from experiments.claims.scale import settings_of
from experiments.claims.verdict_words import (
    EDGE_NOTE,
    by_how_much,
    rate_in_words,
    verdict_of_decision,
    with_outcome,
)

from .sources.documents import QUESTION
from .sources.literature import KIM, MISHKIN

ID = "norm_after_activation"
TEXT = "BN after the activation gives better solutions than before"

BOUNDED, UNBOUNDED = ("sigmoid", "tanh"), ("relu", "gelu")
KINDS = {"bounded": BOUNDED, "unbounded": UNBOUNDED}
TARGET = 0.9
"""Validation accuracy that counts as having learnt the task."""

RULE = (
    "Compared is the test accuracy with batch norm after the activation minus that with batch norm before "
    f"it, for each of {', '.join((*BOUNDED, *UNBOUNDED))} at every depth, paired by seed, each at the "
    "learning rate that is best on validation data. Supported if the difference is above 0 at every "
    "comparison (the whole interval, and an exact sign-flip test with Holm's correction over all of them); "
    "refuted if it is below 0 at any, or inside ±1 point at every one; else undecided. Steps to 90 % "
    "validation accuracy, a run that never gets there counting with all its steps, are compared the same "
    "way, shown, and decide nothing; nor does the split into bounded and unbounded activations."
)

OUTCOMES = {"above": "after is better", "below": "before is better", "equal": "equal", "unclear": "unclear"}
STEP_OUTCOMES = {
    "above": "before is faster",
    "below": "after is faster",
    "equal": "equal",
    "unclear": "unclear",
}

COLUMNS = (
    "activation",
    "kind",
    "depth",
    "before (%)",
    "after (%)",
    "after − before (points)",
    "p (Holm)",
    "outcome",
    "steps to 90 %, before",
    "after",
    "after − before (steps)",
    "outcome in steps",
    "best learning rates",
)


def settings(scale: Scale) -> tuple[Setting, ...]:
    """Two bounded and two unbounded activations, batch norm before and after."""
    return settings_of(scale, (*BOUNDED, *UNBOUNDED))


def decision_of(rows: Rows) -> Decision[ActivationAt]:
    """Whether after is better than before, for every activation and depth."""
    return works_better(_differences(rows, (*BOUNDED, *UNBOUNDED)))


def decide(rows: Rows) -> Verdict:
    """The verdict by the rule above."""
    decision = decision_of(rows)
    return verdict_of_decision(ID, TEXT, QUESTION, decision, _sentence(decision))


def figures(rows: Rows) -> Sequence[Figure]:
    """What decides; accuracy against depth and learning curves; bounded and unbounded apart."""
    decision = decision_of(rows)
    decisive = forest(
        {f"{kind} activations": _family(decision, names) for kind, names in KINDS.items()},
        OUTCOMES,
        (0.0,),
        "test accuracy, after − before (points)",
        "What decides: the difference, and its interval at the level Holm's correction leaves it.",
    )
    return (decisive, *(figure for kind, names in KINDS.items() for figure in _figures(rows, kind, names)))


def table(rows: Rows) -> Table:
    """Accuracy and steps to the target, before and after, with what decides."""
    decision = decision_of(rows)
    in_steps = {each.key: each for each in compare(_step_differences(rows), 0.0, 0.0)}
    lines = tuple(
        _table_line(rows, comparison, in_steps[comparison.key]) for comparison in decision.comparisons
    )
    notes = (
        "Steps to 90 %: mean over seeds, a run that never gets there counting with all its steps; in "
        "brackets how many seeds got there.",
        EDGE_NOTE,
        *interval_notes(min((each.n for each in decision.comparisons), default=0)),
    )
    return Table("Batch norm after the activation against before", COLUMNS, lines, notes)


def _differences(rows: Rows, activations: Sequence[str]) -> dict[ActivationAt, np.ndarray]:
    return {
        ActivationAt(name, at.depth): differences
        for name in activations
        for at, differences in accuracy_differences(rows, Pair(name, *AFTER), Pair(name, *BEFORE)).items()
    }


def _step_differences(rows: Rows) -> dict[ActivationAt, np.ndarray]:
    found = {}
    for name in (*BOUNDED, *UNBOUNDED):
        for depth in depths_of(rows):
            cells = _before_and_after(rows, name, depth)
            if cells is not None:
                before, after = (cell.measured(_counted_steps) for cell in cells)
                found[ActivationAt(name, depth)] = paired_differences(after, before)
    return found


def _before_and_after(rows: Rows, activation: str, depth: int) -> tuple[TunedCell, TunedCell] | None:
    before, after = (cell_of(rows, Pair(activation, *place), depth) for place in (BEFORE, AFTER))
    return (before, after) if before is not None and after is not None else None


def _counted_steps(log: Log) -> float:
    return min(steps_to_target(log, TARGET), float(np.asarray(log.step)[-1]))


def _table_line(
    rows: Rows, accuracy: Comparison[ActivationAt], in_steps: Comparison[ActivationAt]
) -> tuple[str, ...]:
    activation, depth = accuracy.key
    cells = _before_and_after(rows, activation, depth) or ()
    means = tuple(f"{100 * cell.over_seeds(test_accuracy).mean():.1f}" for cell in cells)
    steps = with_interval(in_steps.effect, in_steps.low, in_steps.high, 0)
    return (
        activation,
        "bounded" if activation in BOUNDED else "unbounded",
        str(depth),
        *means,
        interval_in_points(accuracy.effect, accuracy.low, accuracy.high),
        f"{accuracy.p_value:.3f}",
        OUTCOMES[accuracy.outcome],
        *(_steps_in_words(cell) for cell in cells),
        steps,
        STEP_OUTCOMES[in_steps.outcome],
        " / ".join(rate_in_words(cell) for cell in cells),
    )


def _steps_in_words(cell: TunedCell) -> str:
    reached = sum(np.isfinite(cell.over_seeds(lambda log: steps_to_target(log, TARGET))))
    return f"{plain(cell.over_seeds(_counted_steps).mean(), 0)} ({reached} of {len(cell.rows)})"


def _figures(rows: Rows, kind: str, activations: Sequence[str]) -> tuple[Figure, Figure]:
    pairs = tuple(Pair(name, *place) for name in activations for place in (BEFORE, AFTER))
    cells = cells_by_pair(rows, pairs)
    return (
        accuracy_against_depth(
            {(pair.label, style_of(pair)): cells[pair] for pair in pairs},
            f"The {kind} activations: solid with batch norm before the activation, dashed after.",
        ),
        learning_curves(lines_by_depth(rows, pairs), f"Validation accuracy of the {kind} activations."),
    )


def _sentence(decision: Decision[ActivationAt]) -> str:
    if decision.deciding is None:
        return "There is nothing to decide from: no activation was run both ways."
    apart = " and ".join(_count(decision, kind, names) for kind, names in KINDS.items())
    deciding = by_how_much(decision.deciding).replace(" at ", " with ", 1)
    if decision.answer == "supported":
        return f"Yes: after is better everywhere, least clearly by {deciding}."
    if with_outcome(decision, "below"):
        return f"No, not in general: before is better by {deciding}. After is better in {apart}."
    if decision.answer == "refuted":
        return "No: before and after are equal to within a point for every activation and depth."
    return f"Not clear: after is better in {apart}, before in none; the rest these runs cannot tell apart."


def _family(
    decision: Decision[ActivationAt], activations: Sequence[str]
) -> tuple[Comparison[ActivationAt], ...]:
    return tuple(each for each in decision.comparisons if each.key.activation in activations)


def _count(decision: Decision[ActivationAt], kind: str, activations: Sequence[str]) -> str:
    family = _family(decision, activations)
    better = sum(each.outcome == "above" for each in family)
    return f"{better} of {len(family)} {kind} cases"


CLAIM = Claim(
    id=ID,
    text=TEXT,
    source=QUESTION,
    why=(
        "Where the norm stands costs nothing to change. If one place is better, everybody who took the "
        "other gave accuracy away."
    ),
    rule=RULE,
    quantity=Quantity(
        "test accuracy with the norm after minus that with it before, at the comparison that decides",
        "points",
        100.0,
    ),
    settings=settings,
    decide=decide,
    figures=figures,
    table=table,
    turns=(
        "A single activation and depth at which the norm before is clearly better refutes it; the norm after "
        "must be clearly better at every one to support it. With the same answer everywhere but at a few "
        "that are unclear, more seeds decide."
    ),
    literature=(MISHKIN, KIM),
)
