"""Injured ReLU networks: how many units died, how many came back, and how that is shown."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from bnact.studies.claim import Figure, Table
from bnact.studies.comparison import Comparison, Decision
from bnact.studies.report.figures import Line, dead_through_training
from bnact.studies.report.palette import PLACEMENT_STYLES
from bnact.studies.report.wording import interval_notes, percent, plain, span
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import Pair, TunedCell, has_diverged, test_accuracy
from bnact.training.log import Log
from bnact.training.setting import Kill
from experiments.claims.chosen import PLACES, cell_of, depth_label, depths_of
from experiments.claims.scale import BATCH_SIZE
from experiments.claims.verdict_words import EDGE_NOTE, rate_in_words

INJURIES: Mapping[Kill, str] = {
    "bias": "a linear bias far below zero",
    "shift": "a shift of the norm itself far below zero",
    "step": "a first step far too large",
}

SHORT: Mapping[Kill, str] = {
    "none": "none",
    "bias": "linear bias",
    "shift": "norm's shift",
    "step": "huge step",
}

FEW = 0.01

COLUMNS = (
    "injury",
    "norm",
    "depth",
    "dead at the start (%)",
    "dead at the worst (%)",
    "dead after training (%)",
    "revived (%)",
    "interval (Holm)",
    "outcome",
    "test accuracy (%)",
    "best learning rate",
    "diverged",
)


def injured_cell(rows: Rows, place: str, depth: int, injury: Kill) -> TunedCell | None:
    """ReLU with the norm in a place of `PLACES`, injured, at its best learning rate."""
    return cell_of(rows, Pair("relu", *PLACES[place]), depth, injury)


def dead_shares(log: Log) -> np.ndarray:
    """(points,) share of dead units over all layers; NaN from where a run diverged."""
    return np.asarray(log.dead, np.float64).mean(axis=-1)


def revived(log: Log) -> float:
    """Share of the units dead at the worst point of a run that is alive after training.

    1 - dead at the end / dead at the worst point. The worst point, and not the first: where a huge
    step has thrown the weights, gradients are large for a while, and more units die. Less than 1 % dead
    counts as 1 %.

    Args:
      log: of an injured run.

    Returns:
      The share, in [0, 1]; 0 for a diverged run.
    """
    dead = dead_shares(log)
    if has_diverged(log) or not np.isfinite(dead).all():
        return 0.0
    return float(1.0 - dead[-1] / max(dead.max(), FEW))


class Injured(NamedTuple):
    """ReLU networks of a depth, injured; "huge step, depth 8" in words."""

    injury: Kill
    depth: int

    def __str__(self) -> str:
        return f"{SHORT[self.injury]}, {depth_label(self.depth)}"


def injured_figure(rows: Rows, depth: int) -> Figure:
    """Dead share through training, a panel for each injury."""
    groups = {}
    for injury in SHORT:
        cells = {place: injured_cell(rows, place, depth, injury) for place in PLACES}
        groups[f"injury: {SHORT[injury]}"] = [
            Line(place, PLACEMENT_STYLES[place], cell) for place, cell in cells.items() if cell
        ]
    return dead_through_training(groups, f"Dead ReLU units of networks of depth {depth}.")


def injured_table(rows: Rows, decision: Decision[Injured], outcomes: Mapping[str, str]) -> Table:
    """Dead units of every network, and what revived.

    Args:
      rows: of the claim.
      decision: of the comparisons that decide.
      outcomes: the words for a comparison's outcome.

    Returns:
      The table.
    """
    lines = []
    comparisons = {each.key: each for each in decision.comparisons}
    fewest = min((each.n for each in comparisons.values()), default=0)
    for injury in SHORT:
        for place in PLACES:
            for depth in depths_of(rows):
                cell = injured_cell(rows, place, depth, injury)
                found = comparisons.get(Injured(injury, depth)) if place == "batch norm before" else None
                if cell is not None:
                    lines.append(_line(cell, injury, place, _interval(found, outcomes)))
    notes = (*_notes(), *interval_notes(fewest))
    return Table("Dead ReLU units; the rows with an interval decide", COLUMNS, tuple(lines), notes)


def _interval(comparison: Comparison | None, outcomes: Mapping[str, str]) -> tuple[str, str]:
    if comparison is None:
        return "", ""
    return span(comparison.low, comparison.high, percent), outcomes[comparison.outcome]


def _line(cell: TunedCell, injury: Kill, place: str, interval: tuple[str, str]) -> tuple[str, ...]:
    return (
        SHORT[injury],
        place,
        str(cell.setting.depth),
        plain(100 * cell.mean_of_finished(lambda log: dead_shares(log)[0])),
        plain(100 * cell.mean_of_finished(lambda log: dead_shares(log).max())),
        plain(100 * cell.mean_of_finished(lambda log: dead_shares(log)[-1])),
        "" if injury == "none" else plain(100 * cell.over_seeds(revived).mean()),
        *interval,
        f"{100 * cell.over_seeds(test_accuracy).mean():.1f}",
        rate_in_words(cell),
        f"{cell.diverged} of {len(cell.rows)}",
    )


def _notes() -> tuple[str, ...]:
    root = math.sqrt(BATCH_SIZE - 1)
    return (
        "Dead units: mean over the runs that did not diverge. A diverged run has revived nobody.",
        "Exactly, for a batch of B standardized values (epsilon = 0): the largest lies between 1/√(B−1) and "
        "√(B−1). With batch norm before it and a positive scale, a ReLU unit is therefore never dead on the "
        "batch if shift/scale > −1/√(B−1), and always dead if shift/scale ≤ −√(B−1). For B = "
        f"{BATCH_SIZE}: −{1 / root:.3f} and −{root:.2f}.",
        EDGE_NOTE,
    )
