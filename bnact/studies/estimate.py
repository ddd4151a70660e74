"""How long the rest takes, from how long the beginning took."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from scipy.optimize import nnls

from bnact.studies.pace import Pace
from bnact.studies.plan import Cell

_MEMORY = 0.9
"""Weight of the past at each new cell: cells are ordered by size, so the recent ones foretell best."""


class Measured(NamedTuple):
    """A cell that was run, and what it took."""

    work: float
    compiles: bool
    seconds: float


class Estimate(NamedTuple):
    """What was measured and what is left.

    seconds of a cell = constant + seconds per work * work + seconds of a compilation, if it compiles

    The constant is what every cell takes however small it is: of small cells it is nearly all, and a rate
    that holds it too would make large ones take many times too long.

    Attributes:
      work, cells, compilations: left.
      measured: the cells that were run, the first first.
      earlier: pace of earlier studies, which counts while none is measured.
    """

    work: float
    cells: int
    compilations: int
    measured: tuple[Measured, ...] = ()
    earlier: Pace | None = None

    @property
    def pace(self) -> Pace | None:
        """What was measured, fitted; None while all cells were of one size, which tells no rate."""
        if len({each.work for each in self.measured}) < 2:
            return None
        works, compiled, seconds = np.array(self.measured, float).T
        largest = works.max()
        terms = np.stack([np.ones_like(works), works / largest, compiled], axis=1)
        weights = _MEMORY ** (np.arange(len(works))[::-1] / 2)
        constant, rate, compiling = nnls(weights[:, None] * terms, weights * seconds)[0]
        return Pace(float(constant), float(rate / largest), float(compiling))

    @property
    def seconds(self) -> float | None:
        """Expected seconds to the end; None where no pace is known."""
        pace = self.pace or self.earlier
        if pace is None:
            return None
        return pace.constant * self.cells + pace.work * self.work + pace.compilation * self.compilations


def first_estimate(cells: Iterable[Cell], earlier: Pace | None = None) -> Estimate:
    """The estimate before any of `cells` was run."""
    cells = tuple(cells)
    compilations = sum(cell.compiles for cell in cells)
    return Estimate(sum(cell.work for cell in cells), len(cells), compilations, earlier=earlier)


def refined(estimate: Estimate, cell: Cell, seconds: float) -> Estimate:
    """The estimate after one more cell was run in `seconds`."""
    return Estimate(
        max(0.0, estimate.work - cell.work),
        estimate.cells - 1,
        estimate.compilations - cell.compiles,
        (*estimate.measured, Measured(cell.work, cell.compiles, seconds)),
        estimate.earlier,
    )
