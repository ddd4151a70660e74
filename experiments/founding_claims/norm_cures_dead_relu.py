"""Does batch normalization cure dead ReLUs?

A ReLU unit is dead when its input is negative on every example: its gradient is zero, so it cannot come back by
itself. Batch norm centres each unit's input, so some of it is positive, unless the norm's own shift is in the way.
"""

import math
from collections.abc import Sequence

import numpy as np

from bnact.studies.claim import Claim, Figure, Quantity, Scale, Table, Verdict
from bnact.studies.comparison import Decision, lies_above
from bnact.studies.report.figures import Line, dead_through_training
from bnact.studies.report.palette import PLACEMENT_STYLES
from bnact.studies.report.wording import listed, percent, plain
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import Pair, TunedCell, has_diverged, test_accuracy
from bnact.training.log import Log
from bnact.training.setting import Kill, Setting

from .chosen import AFTER, BEFORE, NONE, cell_of, depth_label, depths_of
from .scale import BATCH_SIZE, settings_of
from .sources import QUESTION
from .versus_relu import verdict_of_decision

ID = "norm_cures_dead_relu"
TEXT = "BN's zero mean sends activations negative; does it solve the dying ReLU?"

INJURIES: dict[Kill, str] = {
    "bias": "the linear map's bias far below zero",
    "shift": "the norm's own shift far below zero",
    "step": "a first step far too large",
}

FEW, HALF = 0.01, 0.5

RULE = (
    "Counted are units whose slope is zero on every example of the training set. Each injury hits ReLU networks "
    f"at the start: {'; '.join(INJURIES.values())} (the first two on every second unit). Revived is 1 − (dead after "
    "training) / (dead just after the injury), where less than 1 % dead after the injury counts as 1 %, so that an "
    "injury that kills nobody is cured if nobody is dead later; a diverged run has revived nobody. With batch norm "
    "before the activation: supported if without an injury less than 1 % of units are dead at every point of training "
    "and every depth, and after every kind of injury at every depth more than half revive (the whole interval, and an "
    "exact sign-flip test with Holm's correction); refuted if after any the revived share is below half; else "
    "undecided. Networks without a norm and with the norm after are shown and decide nothing."
)

PLACES = {"no norm": NONE, "batch norm before": BEFORE, "batch norm after": AFTER}

COLUMNS = (
    "injury",
    "norm",
    "depth",
    "dead after the injury (%)",
    "dead after training (%)",
    "revived (%)",
    "interval (Holm)",
    "outcome",
    "test accuracy (%)",
    "best learning rate",
)

OUTCOMES = {"above": "most revive", "below": "most stay dead", "equal": "unclear", "unclear": "unclear"}


def settings(scale: Scale) -> tuple[Setting, ...]:
    """ReLU without a norm, before and after it, unharmed and injured; a shift takes a norm to injure."""
    return (
        *settings_of(scale, ("relu",), norms=("none", "batch"), kills=("none", "bias", "step")),
        *settings_of(scale, ("relu",), kills=("shift",)),
    )


def decision_of(rows: Rows) -> Decision:
    """Whether more than half revive, for every injury and depth, with batch norm before."""
    found = {}
    for injury in INJURIES:
        for depth in depths_of(rows):
            cell = cell_of(rows, Pair("relu", *BEFORE), depth, injury)
            if cell is not None:
                found[_label(injury, depth)] = cell.over_seeds(lambda log, kind=injury: revived(log, kind))
    return lies_above(found, HALF)


def decide(rows: Rows) -> Verdict:
    """The verdict by the rule above."""
    decision = decision_of(rows)
    unharmed = largest_dead_share(rows)
    if decision.answer == "supported" and not unharmed < FEW:
        decision = decision._replace(answer="undecided")
    return verdict_of_decision(ID, TEXT, QUESTION, decision, _sentence(decision, unharmed))


def revived(log: Log, injury: str) -> float:
    """Share of the units dead just after an injury that is alive after training; see `RULE`.

    Args:
      log: of an injured run.
      injury: its kind; "step" has struck only after the first step, at the second point.

    Returns:
      At most 1; negative if more are dead than the injury killed; 0 for a diverged run.
    """
    dead = np.asarray(log.dead, np.float64).mean(axis=-1)
    if has_diverged(log) or not np.isfinite(dead).all():
        return 0.0
    return float(1.0 - dead[-1] / max(dead[_struck(injury)], FEW))


def largest_dead_share(rows: Rows) -> float:
    """With batch norm before and no injury: the largest mean dead share at any point and depth; 1 if unknown."""
    cells = [cell_of(rows, Pair("relu", *BEFORE), depth) for depth in depths_of(rows)]
    if None in cells or not cells:
        return 1.0
    return max(float(np.nan_to_num(_dead(cell), nan=1.0).mean(axis=0).max()) for cell in cells if cell is not None)


def figures(rows: Rows) -> Sequence[Figure]:
    """Dead share through training, unharmed and after each injury, at the smallest and the largest depth."""
    depths = depths_of(rows)
    shown = sorted({depths[0], depths[-1]}) if depths else []
    return tuple(_figure(rows, depth) for depth in shown)


def table(rows: Rows) -> Table:
    """Dead units after the injury and after training, and what revived."""
    intervals = {
        each.label: (f"{percent(each.low)} to {percent(each.high)}", OUTCOMES[each.outcome])
        for each in decision_of(rows).comparisons
    }
    lines = []
    for injury in ("none", *INJURIES):
        for place in PLACES:
            for depth in depths_of(rows):
                cell = cell_of(rows, Pair("relu", *PLACES[place]), depth, injury)
                if cell is not None:
                    decides = intervals.get(_label(injury, depth)) if place == "batch norm before" else None
                    lines.append(_table_line(cell, injury, place, decides or ("", "")))
    return Table("Dead ReLU units; the rows with an interval decide", COLUMNS, tuple(lines), _notes())


def _label(injury: str, depth: int) -> str:
    return f"{injury}, {depth_label(depth)}"


def _struck(injury: str) -> int:
    return 1 if injury == "step" else 0


def _dead(cell: TunedCell) -> np.ndarray:
    """(n, points) dead share over all layers."""
    return cell.stacked(lambda log: np.asarray(log.dead, np.float64).mean(axis=-1))


def _figure(rows: Rows, depth: int) -> Figure:
    titles = {"none": "no injury", "bias": "injury: linear bias", "shift": "injury: norm's shift", "step": "injury: huge step"}
    groups = {}
    for injury, title in titles.items():
        cells = {place: cell_of(rows, Pair("relu", *PLACES[place]), depth, injury) for place in PLACES}
        groups[title] = [Line(place, PLACEMENT_STYLES[place], cell) for place, cell in cells.items() if cell]
    return dead_through_training(groups, f"Dead ReLU units of networks with {depth} hidden layers.")


def _table_line(cell: TunedCell, injury: str, place: str, decides: tuple[str, str]) -> tuple[str, ...]:
    dead = _dead(cell).mean(axis=0)
    share = "" if injury == "none" else plain(100 * cell.over_seeds(lambda log: revived(log, injury)).mean())
    return (
        "none" if injury == "none" else INJURIES[injury],
        place,
        str(cell.setting.depth),
        plain(100 * dead[_struck(injury)]),
        plain(100 * dead[-1]),
        share,
        *decides,
        f"{100 * cell.over_seeds(test_accuracy).mean():.1f}",
        f"{cell.learning_rate:g}{'*' if cell.at_edge else ''}",
    )


def _notes() -> tuple[str, ...]:
    root = math.sqrt(BATCH_SIZE - 1)
    return (
        "Exactly, for a batch of B standardized values (epsilon = 0): the largest lies between 1/√(B−1) and √(B−1). "
        "With batch norm before it and a positive scale, a ReLU unit is therefore never dead on the batch if "
        "shift/scale > −1/√(B−1), and always dead if shift/scale ≤ −√(B−1). For B = "
        f"{BATCH_SIZE}: −{1 / root:.3f} and −{root:.2f}.",
        "* the best learning rate is the smallest or largest tried: the true best may lie beyond it.",
    )


def _sentence(decision: Decision, unharmed: float) -> str:
    if decision.deciding is None:
        return "There is nothing to decide from: no injured network with batch norm was run."
    cured = [kind for kind in INJURIES if _every(decision, kind, "above")]
    fatal = [kind for kind in INJURIES if _any(decision, kind, "below")]
    open_kinds = [kind for kind in INJURIES if kind not in (*cured, *fatal)]
    opening = {"supported": "Yes", "refuted": "No, not every kind", "undecided": "Not clear"}[decision.answer]
    parts = [
        f"it cures {listed([INJURIES[kind] for kind in cured])}" if cured else "",
        f"it does not cure {listed([INJURIES[kind] for kind in fatal])}" if fatal else "",
        f"for {listed([INJURIES[kind] for kind in open_kinds])} these runs cannot tell" if open_kinds else "",
    ]
    return f"{opening}: {', '.join(filter(None, parts))}; without an injury at most {percent(unharmed)} of units are dead."


def _every(decision: Decision, injury: str, outcome: str) -> bool:
    return all(each.outcome == outcome for each in _of(decision, injury)) and bool(_of(decision, injury))


def _any(decision: Decision, injury: str, outcome: str) -> bool:
    return any(each.outcome == outcome for each in _of(decision, injury))


def _of(decision: Decision, injury: str) -> list:
    return [each for each in decision.comparisons if each.label.startswith(f"{injury},")]


CLAIM = Claim(
    id=ID,
    text=TEXT,
    source=QUESTION,
    why=(
        "A dead unit is capacity paid for and never used. If batch norm revives it, dying ReLUs are no reason to "
        "choose another activation; if one kind of death survives the norm, that is the one to watch for."
    ),
    rule=RULE,
    quantity=Quantity("share of the units the injury killed that revive, for the injury and depth that decide", "%", 100.0),
    settings=settings,
    decide=decide,
    figures=figures,
    table=table,
)
