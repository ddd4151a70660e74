"""How many steps networks need to a target that is fair to all of them."""

from collections.abc import Iterable, Sequence

import numpy as np

from bnact.studies.report.wording import plain
from bnact.studies.tuned_cell import TunedCell, has_diverged, steps_to_target, validation_accuracy
from bnact.training.log import LOG_POINTS, Log

SHARE = 0.95
"""Of the best accuracy that any of those networks ends with: so much counts as having learnt."""

TARGET_RULE = (
    "the target is 95 % of the highest final validation accuracy, in the mean over seeds, of any "
    f"of {{networks}}, so that one rule serves easy and hard tasks; steps are interpolated between the "
    f"{LOG_POINTS} points at which a run is looked at; a run that diverges never reaches the target"
)
"""To be filled with the networks that set the target."""


def target_of(cells: Iterable[TunedCell]) -> float:
    """The validation accuracy that counts as having learnt the task.

    Args:
      cells: the networks that set it, each at its best learning rate.

    Returns:
      0.95 times the best of their mean final validation accuracies; NaN if none has learnt anything.
    """
    best = max((float(cell.over_seeds(validation_accuracy).mean()) for cell in cells), default=0.0)
    return SHARE * best if best > 0.0 else float("nan")


def steps_of(log: Log, target: float) -> float:
    """Steps to the target, at least 1; infinity for a run that never reaches it or diverges."""
    return float("inf") if has_diverged(log) else max(1.0, steps_to_target(log, target))


def all_steps(log: Log) -> float:
    """S, the steps of the whole run."""
    return float(np.asarray(log.step)[-1])


def counted_steps(log: Log, target: float) -> float:
    """Steps to the target, a run that never reaches it counting with all its steps."""
    return min(steps_of(log, target), all_steps(log))


def mean_steps(logs: Sequence[Log], target: float) -> float:
    """Mean over runs of `counted_steps`: the restricted mean time of survival analysis."""
    return float(np.mean([counted_steps(log, target) for log in logs]))


def steps_in_words(cell: TunedCell, target: float) -> str:
    """Mean steps of a cell and how many of its runs got there: "37 (10 of 10)"."""
    logs = [row.log for row in cell.rows]
    reached = sum(np.isfinite(steps_of(log, target)) for log in logs)
    return f"{plain(mean_steps(logs, target), 0)} ({reached} of {len(logs)})"
