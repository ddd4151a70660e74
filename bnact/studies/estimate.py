"""How long the rest takes, from how long the beginning took."""

import math
from collections.abc import Iterable
from typing import NamedTuple

from bnact.studies.plan import Cell

_MEMORY = 0.9
"""Weight of the past at each new cell: cells are ordered by size, so the recent ones foretell best."""


class Estimate(NamedTuple):
    """What was measured and what is left; time = seconds per work * work, plus compilations.

    Attributes:
      work, compilations: left.
      warm_work, warm_seconds: of measured cells that were not compiled, the recent ones weighing more.
      cold_work, cold_seconds, cold_cells: of those that were.
      slowest: seconds per work of the last of those; its arithmetic alone took no longer.
    """

    work: float
    compilations: int
    warm_work: float = 0.0
    warm_seconds: float = 0.0
    cold_work: float = 0.0
    cold_seconds: float = 0.0
    cold_cells: int = 0
    slowest: float = math.inf

    @property
    def seconds(self) -> float | None:
        """Expected seconds to the end, or None while compiling cannot be told from running."""
        if not self.warm_work and self.cold_cells < 2:
            return None
        warm_rate = self.warm_seconds / self.warm_work if self.warm_work else math.inf
        rate = min(warm_rate, self.slowest)
        if rate == math.inf:
            return None
        compiling = max(0.0, self.cold_seconds - rate * self.cold_work) / max(1, self.cold_cells)
        return rate * self.work + compiling * self.compilations


def first_estimate(cells: Iterable[Cell]) -> Estimate:
    """The estimate before any of `cells` was run."""
    cells = tuple(cells)
    return Estimate(sum(cell.work for cell in cells), sum(cell.compiles for cell in cells))


def refined(estimate: Estimate, cell: Cell, seconds: float) -> Estimate:
    """The estimate after one more cell was run in `seconds`."""
    left = estimate._replace(
        work=max(0.0, estimate.work - cell.work), compilations=estimate.compilations - cell.compiles
    )
    if cell.compiles:
        return left._replace(
            cold_work=left.cold_work + cell.work,
            cold_seconds=left.cold_seconds + seconds,
            cold_cells=left.cold_cells + 1,
            slowest=seconds / cell.work,
        )
    return left._replace(
        warm_work=_MEMORY * left.warm_work + cell.work, warm_seconds=_MEMORY * left.warm_seconds + seconds
    )
