"""A cell of a grid at its best learning rate, and what its runs measure, seed by seed."""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from bnact.training.log import Log
from bnact.training.setting import Setting

from .rows import Row, Rows


class Pair(NamedTuple):
    """An activation and a normalization in an order: what a claim compares."""

    activation: str
    norm: str = "batch"
    order: str = "before"

    @property
    def label(self) -> str:
        """The pair as a person says it, for example "relu, batch norm before"."""
        return (
            f"{self.activation}, no norm" if self.norm == "none" else f"{self.activation}, {self.placement}"
        )

    @property
    def placement(self) -> str:
        """The norm and its order alone, for example "batch norm before"."""
        return "no norm" if self.norm == "none" else f"{self.norm} norm {self.order}"


def pair_of(setting: Setting) -> Pair:
    """The pair a setting trains."""
    return Pair(setting.activation, setting.norm, setting.order)


class TunedCell(NamedTuple):
    """The runs of one cell at the learning rate that is best on validation data.

    Attributes:
      setting: the cell's setting, without learning rate and seed.
      learning_rate: the best.
      at_edge: whether it is the smallest or largest of several tried: the true best may lie beyond.
      rows: the runs at it, by seed.
    """

    setting: Setting
    learning_rate: float
    at_edge: bool
    rows: tuple[Row, ...]

    def measured(self, measure: Callable[[Log], float]) -> dict[int, float]:
        """A number of each run, by seed."""
        return {row.setting.seed: measure(row.log) for row in self.rows}

    def over_seeds(self, measure: Callable[[Log], float]) -> np.ndarray:
        """(n,) a number of each run, in the order of seeds."""
        return np.array([measure(row.log) for row in self.rows])

    def stacked(self, measure: Callable[[Log], np.ndarray]) -> np.ndarray:
        """(n, ...) an array of each run, in the order of seeds."""
        return np.stack([np.asarray(measure(row.log), np.float64) for row in self.rows])

    def mean_of_finished(self, measure: Callable[[Log], float]) -> float:
        """Mean of a number over the runs that did not diverge; NaN if all did."""
        finished = [measure(row.log) for row in self.rows if not has_diverged(row.log)]
        return float(np.mean(finished)) if finished else float("nan")

    @property
    def diverged(self) -> int:
        """How many of the runs diverged."""
        return sum(has_diverged(row.log) for row in self.rows)


def tuned_cell(rows: Rows) -> TunedCell | None:
    """The runs of one cell at its best learning rate: highest mean final validation accuracy over seeds.

    A diverged run counts as accuracy 0; of equal rates the smaller is taken.

    Args:
      rows: runs of one cell.

    Returns:
      The cell, or None without runs.

    Raises:
      ValueError: if the runs belong to several cells.
    """
    return cell_by(rows, _mean_validation)


def cell_by(rows: Rows, score: Callable[[Rows], float]) -> TunedCell | None:
    """The runs of one cell at the learning rate with the highest score; of equal ones the smaller.

    Args:
      rows: runs of one cell.
      score: from the runs at one rate to a number; NaN, of which nothing is larger or smaller, is the worst.

    Returns:
      The cell, or None without runs.

    Raises:
      ValueError: if the runs belong to several cells.
    """
    if not len(rows):
        return None
    cells = rows.cells()
    if len(cells) > 1:
        raise ValueError(
            f"tuned_cell: the runs must belong to one cell; got runs of {len(cells)}; "
            "select the rest of the setting as well, or use tuned_cells"
        )
    rates = sorted({row.setting.learning_rate for row in rows})

    def at(rate: float) -> float:
        found = score(rows.select(learning_rate=rate))
        return -math.inf if math.isnan(found) else found

    best = max(rates, key=lambda rate: (at(rate), -rate))
    chosen = sorted(rows.select(learning_rate=best), key=lambda row: row.setting.seed)
    at_edge = len(rates) > 1 and best in (rates[0], rates[-1])
    return TunedCell(next(iter(cells)), best, at_edge, tuple(chosen))


def tuned_cells(rows: Rows) -> dict[Setting, TunedCell]:
    """Every cell among the runs at its best learning rate, in the order of the runs."""
    found = {setting: tuned_cell(of_cell) for setting, of_cell in rows.cells().items()}
    return {setting: cell for setting, cell in found.items() if cell is not None}


def paired_differences(first: Mapping[int, float], second: Mapping[int, float]) -> np.ndarray:
    """(n,) first minus second for every seed that both have, in the order of seeds."""
    return np.array([first[seed] - second[seed] for seed in sorted(first.keys() & second.keys())])


def has_diverged(log: Log) -> bool:
    """Whether the loss stopped being finite."""
    return bool(np.asarray(log.diverged) >= 0) or not np.isfinite(np.asarray(log.train_loss)[-1])


def validation_accuracy(log: Log) -> float:
    """Accuracy on the validation set after the last step; 0 for a diverged run."""
    return _or_zero(log, np.asarray(log.validation_accuracy)[-1])


def test_accuracy(log: Log) -> float:
    """Accuracy on the test set after the last step; 0 for a diverged run."""
    return _or_zero(log, log.test_accuracy)


def steps_to_target(log: Log, target: float) -> float:
    """Steps until the validation accuracy first reaches a target, interpolated between the points taken.

    Args:
      log: of one run.
      target: accuracy, in (0, 1].

    Returns:
      Steps; infinity if the target is never reached.
    """
    steps = np.asarray(log.step, np.float64)
    accuracy = np.asarray(log.validation_accuracy, np.float64)
    reached = np.flatnonzero(accuracy >= target)
    if not len(reached):
        return float("inf")
    at = int(reached[0])
    if at == 0 or not np.isfinite(accuracy[at - 1]):
        return float(steps[at])
    share = (target - accuracy[at - 1]) / (accuracy[at] - accuracy[at - 1])
    return float(steps[at - 1] + share * (steps[at] - steps[at - 1]))


def _mean_validation(rows: Rows) -> float:
    return float(np.mean([validation_accuracy(row.log) for row in rows]))


def _or_zero(log: Log, accuracy: object) -> float:
    value = float(np.asarray(accuracy))
    return value if np.isfinite(value) and not has_diverged(log) else 0.0
