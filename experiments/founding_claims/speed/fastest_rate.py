"""A network at the learning rate that is fastest, chosen for each seed by the other seeds.

Choosing the rate and measuring the speed on the same runs takes the least of several noisy means: it favours
the network with more rates that serve it. A seed's own run says nothing about the rate it is taken at.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from bnact.studies.rows import Row, Rows
from bnact.studies.tuned_cell import TunedCell, cell_by, validation_accuracy

from .time_to_target import counted_steps

RATE_RULE = (
    "each seed at the learning rate at which the network's other seeds need the fewest mean steps (of "
    "equally fast ones the one with the higher final validation accuracy, then the smaller), a run that "
    "never gets there counting with all its S steps"
)

RATE_NOTE = "The rate is chosen for each seed by the other seeds; shown is the one that most seeds choose."


class _Run(NamedTuple):
    row: Row
    steps: float
    accuracy: float


_AtRates = Mapping[float, Mapping[int, _Run]]


def fastest_cell(rows: Rows, target: float) -> TunedCell | None:
    """The runs of one network, each at the rate that is fastest for the other seeds.

    Args:
      rows: runs of one cell at all its rates.
      target: validation accuracy.

    Returns:
      The cell, its rows by seed, its learning rate the one that most seeds choose, of equally many the
      smaller; None without runs. A seed without others is taken at the rate at which it is fastest itself.
    """
    # One cell, or the error that says there are several; its own choice of rate is replaced.
    cell = cell_by(rows, lambda _: 0.0)
    if cell is None:
        return None
    found = _by_rate(rows, target)
    seeds = sorted({seed for runs in found.values() for seed in runs})
    rates = [_rate_for(seed, found) for seed in seeds]
    counts = Counter(rates)
    shown = min(counts, key=lambda rate: (-counts[rate], rate))
    at_edge = len(found) > 1 and shown in (min(found), max(found))
    chosen = tuple(found[rate][seed].row for rate, seed in zip(rates, seeds, strict=True))
    return TunedCell(cell.setting, shown, at_edge, chosen)


def _by_rate(rows: Rows, target: float) -> _AtRates:
    found: dict[float, dict[int, _Run]] = {}
    for row in rows:
        run = _Run(row, counted_steps(row.log, target), validation_accuracy(row.log))
        found.setdefault(row.setting.learning_rate, {})[row.setting.seed] = run
    return found


def _rate_for(seed: int, found: _AtRates) -> float:
    def score(rate: float) -> tuple[float, float, float]:
        runs = found[rate]
        others = [run for each, run in runs.items() if each != seed] or [runs[seed]]
        return _mean([run.steps for run in others]), -_mean([run.accuracy for run in others]), rate

    return min((rate for rate in found if seed in found[rate]), key=score)


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values))
