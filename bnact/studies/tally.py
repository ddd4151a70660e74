"""Where a study stands, in words: what both ways of showing progress say."""

import dataclasses
import math
from collections.abc import Iterable, Mapping, Set
from typing import NamedTuple

from bnact.studies.counted import counted
from bnact.studies.estimate import Estimate, first_estimate
from bnact.studies.layout import layout_words
from bnact.studies.plan import Cell, Plan
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import validation_accuracy
from bnact.training.log import Log
from bnact.training.setting import Setting

_WORD_LENGTH = 60


class Best(NamedTuple):
    """The best validation accuracy on one dataset so far.

    Attributes:
      accuracy: mean over the seeds of one network and learning rate, after the last step.
      seeds: how many.
      setting: the network and its learning rate.
    """

    accuracy: float
    seeds: int
    setting: Setting


Scores = Mapping[Setting, tuple[float, ...]]
"""Validation accuracies of all runs that differ in their seed alone, by their setting with seed 0."""


class Tally(NamedTuple):
    """Where a study stands.

    Attributes:
      cells_done, cells: of this execution.
      runs_done, runs: of the study.
      failed: runs that ended in an error in this execution.
      scores: of the runs done.
      data: the dataset under way, by name.
      several: whether the study has more than one dataset.
      regressions: names of the datasets whose accuracy is a share of variance, see `explained`.
      estimate: of the time left.
      layout: the plan in words; nothing where there is nothing to do.
    """

    cells_done: int
    cells: int
    runs_done: int
    runs: int
    failed: int
    scores: Scores
    data: str
    several: bool
    regressions: Set[str]
    estimate: Estimate
    layout: str

    @property
    def best(self) -> dict[str, Best]:
        """The best of the runs done, by dataset; none where nothing can be ranked."""
        return _best(self.scores)


def _with(scores: Scores, logs: Iterable[tuple[Setting, Log]]) -> Scores:
    """The scores with those of more runs; a diverged run has accuracy 0, as where a rate is chosen."""
    found = dict(scores)
    for setting, log in logs:
        network = dataclasses.replace(setting, seed=0)
        found[network] = (*found.get(network, ()), validation_accuracy(log))
    return found


def _best(scores: Scores) -> dict[str, Best]:
    """The first of the best on every dataset."""
    best: dict[str, Best] = {}
    for setting, accuracies in scores.items():
        mean = math.fsum(accuracies) / len(accuracies)
        if setting.data not in best or mean > best[setting.data].accuracy:
            best[setting.data] = Best(mean, len(accuracies), setting)
    return best


def first_tally(plan: Plan, stored: Rows, regressions: Set[str] = frozenset()) -> Tally:
    """Where a study stands at the start.

    Args:
      plan: what is left to do.
      stored: the runs done before.
      regressions: names of the datasets that have targets in the place of classes.

    Returns:
      The tally.
    """
    scores = _with({}, ((row.setting, row.log) for row in stored))
    names = dict.fromkeys(cell.lanes[0].data for cell in plan.cells)
    ranked = dict.fromkeys(network.data for network in scores)
    several = len({*names, *ranked}) > 1
    data = next(iter(names or ranked), "")
    return Tally(
        cells_done=0,
        cells=len(plan.cells),
        runs_done=plan.stored,
        runs=plan.runs,
        failed=0,
        scores=scores,
        data=data,
        several=several,
        regressions=regressions,
        estimate=first_estimate(plan.cells, plan.pace),
        layout=layout_words(plan) if plan.cells else "",
    )


def advanced(tally: Tally, cell: Cell, logs: Mapping[Setting, Log], estimate: Estimate) -> Tally:
    """Where a study stands after one more cell.

    Args:
      tally: before it.
      cell: the cell.
      logs: of those of its runs that did not end in an error.
      estimate: of the time left.

    Returns:
      The tally.
    """
    return tally._replace(
        cells_done=tally.cells_done + 1,
        runs_done=tally.runs_done + len(logs),
        failed=tally.failed + len(cell.lanes) - len(logs),
        scores=_with(tally.scores, logs.items()),
        data=cell.lanes[0].data,
        estimate=estimate,
    )


def _word(text: str) -> str:
    """A name as it may be shown anywhere: bounded, and nothing that moves a cursor."""
    shown = "".join(c if c.isprintable() else "�" for c in text)
    return shown if len(shown) <= _WORD_LENGTH else shown[: _WORD_LENGTH - 1] + "…"


def setting_words(setting: Setting) -> str:
    """A setting in words, without data, steps, batch size, gain and seed."""
    norm = "no norm" if setting.norm == "none" else f"{_word(setting.norm)} norm {_word(setting.order)}"
    words = [_word(setting.activation), norm, f"depth {setting.depth}", f"width {setting.width}"]
    if setting.architecture != Setting.architecture:
        words.insert(0, _word(setting.architecture))
    if setting.kill != "none":
        words.append(f"injured by {_word(setting.kill)}")
    return ", ".join([*words, f"learning rate {setting.learning_rate:g}"])


def duration_words(seconds: float) -> str:
    """A duration as a person says it, to two units."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def count_words(tally: Tally) -> str:
    """Cells done of all, and failed runs if any."""
    failed = f", {counted(tally.failed, 'run')} failed" if tally.failed else ""
    return f"{tally.cells_done:,} of {counted(tally.cells, 'cell')}{failed}"


def time_words(tally: Tally, elapsed: float) -> str:
    """Time gone and time left."""
    gone = f"{duration_words(elapsed)} gone"
    if tally.cells_done == tally.cells:
        return gone
    if tally.estimate.seconds is None:
        return f"{gone}, time left not known yet"
    return f"{gone}, about {duration_words(tally.estimate.seconds)} left"


def best_words(tally: Tally) -> str:
    """The current best of the dataset under way, and its setting."""
    of = f" on {_word(tally.data)}" if tally.several else ""
    best = tally.best.get(tally.data)
    if best is None:
        return f"best so far{of}: none"
    accuracy, seeds, setting = best
    over = counted(seeds, "seed") if seeds == 1 else f"mean of {counted(seeds, 'seed')}"
    share = (
        f"{accuracy:.1%} of the variance explained" if tally.data in tally.regressions else f"{accuracy:.1%}"
    )
    return f"best so far{of}: {share} on validation data ({over}): {setting_words(setting)}"


def start_words(tally: Tally) -> str:
    """What there is to do, and what is done already."""
    if not tally.runs:
        return "nothing to train"
    to_do = (
        f"{counted(tally.runs, 'run')}, {tally.runs_done:,} stored; {counted(tally.cells, 'cell')} to train"
    )
    if not tally.cells:
        return to_do
    seconds = tally.estimate.seconds
    expected = "not known yet" if seconds is None else f"about {duration_words(seconds)}, as studies before"
    return f"{to_do}; {tally.layout}; time: {expected}"
