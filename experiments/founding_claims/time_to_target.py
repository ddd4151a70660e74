"""How many steps networks need to a target that is fair to all of them, each at its fastest rate."""

from collections.abc import Sequence

import numpy as np

from bnact.studies.report.wording import plain
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import (
    Pair,
    TunedCell,
    cell_by,
    has_diverged,
    steps_to_target,
    validation_accuracy,
)
from bnact.training.log import Log

from .chosen import cell_of, depths_of

SHARE = 0.95
"""Of the best accuracy that any of the compared networks ends with: so much counts as having learnt."""

TARGET_RULE = (
    "the target is 95 % of the highest final validation accuracy, in the mean over seeds, of any network "
    "compared here, so that one rule serves easy and hard tasks; a run that diverges never reaches it"
)


def target_of(rows: Rows, pairs: Sequence[Pair]) -> float:
    """The validation accuracy that counts as having learnt the task.

    Args:
      rows: of the claim.
      pairs: the networks compared, at every depth they were run at.

    Returns:
      0.95 times the best of their mean final validation accuracies; NaN if none has learnt anything.
    """
    cells = (cell_of(rows, pair, depth) for pair in pairs for depth in depths_of(rows))
    means = [float(cell.over_seeds(validation_accuracy).mean()) for cell in cells if cell is not None]
    best = max(means, default=0.0)
    return SHARE * best if best > 0.0 else float("nan")


def steps_of(log: Log, target: float) -> float:
    """Steps to the target, at least 1; infinity for a run that never reaches it or diverges."""
    return float("inf") if has_diverged(log) else max(1.0, steps_to_target(log, target))


def counted_steps(log: Log, target: float) -> float:
    """Steps to the target, a run that never reaches it counting with all its steps."""
    return min(steps_of(log, target), float(np.asarray(log.step)[-1]))


def fastest_cell(rows: Rows, pair: Pair, depth: int, target: float) -> TunedCell | None:
    """A pair at a depth, at the learning rate with the fewest mean `counted_steps`; None if it was not run.

    Args:
      rows: of the claim.
      pair, depth: which network.
      target: validation accuracy.

    Returns:
      The cell; of equal rates the smaller.
    """
    of_pair = rows.select(activation=pair.activation, norm=pair.norm, order=pair.order, depth=depth)
    return cell_by(of_pair, lambda at_rate: -mean_steps([row.log for row in at_rate], target))


def mean_steps(logs: Sequence[Log], target: float) -> float:
    """Mean over runs of `counted_steps`: the restricted mean time of survival analysis."""
    return float(np.mean([counted_steps(log, target) for log in logs]))


def steps_in_words(cell: TunedCell, target: float) -> str:
    """Mean steps of a cell and how many of its runs got there: "37 (10 of 10)"."""
    logs = [row.log for row in cell.rows]
    reached = sum(np.isfinite(steps_of(log, target)) for log in logs)
    return f"{plain(mean_steps(logs, target), 0)} ({reached} of {len(logs)})"
