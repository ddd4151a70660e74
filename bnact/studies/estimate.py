"""How long the rest takes, from how long the beginning took."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from scipy.optimize import nnls

from bnact.studies.pace import Pace
from bnact.studies.plan import Cell

_MEMORY = 0.9
"""Weight of the past at each new cell: cells are ordered by size, so the recent ones foretell best."""


class Size(NamedTuple):
    """What the time of a cell depends on: its work, and whether its program is compiled for it."""

    work: float
    compiles: bool


class Measured(NamedTuple):
    """A cell that was run, and what it took."""

    size: Size
    seconds: float


class Estimate(NamedTuple):
    """What was measured and what is left.

    seconds of a cell = constant + seconds per work * work + seconds of a compilation, if it compiles

    The constant is what every cell takes however small it is: of small cells it is nearly all, and a rate
    that holds it too would make large ones take many times too long. Cells that are all of one work tell no
    rate; what they take is foretold of others of that work alone.

    Attributes:
      left: cells to run.
      measured: the cells that were run, the first first.
      earlier: pace of earlier studies, which counts while none of this one tells of what is left.
    """

    left: tuple[Size, ...]
    measured: tuple[Measured, ...] = ()
    earlier: Pace | None = None

    @property
    def pace(self) -> Pace | None:
        """What was measured, fitted; None where it does not tell a compilation from the rest."""
        if len({each.size.work for each in self.measured}) < 2:
            return self._pace_of_one_work
        works = np.array([each.size.work for each in self.measured])
        compiled = np.array([each.size.compiles for each in self.measured], float)
        seconds = np.array([each.seconds for each in self.measured])
        largest = works.max()
        terms = np.stack([np.ones_like(works), works / largest, compiled], axis=1)
        weights = _MEMORY ** (np.arange(len(works))[::-1] / 2)
        constant, rate, compiling = nnls(weights[:, None] * terms, weights * seconds)[0]
        return Pace(float(constant), float(rate / largest), float(compiling))

    @property
    def _pace_of_one_work(self) -> Pace | None:
        means = self._means
        if {size.compiles for size in means} != {False, True}:
            return None
        work = self.measured[0].size.work
        warm = means[Size(work, compiles=False)]
        return Pace(warm, 0.0, max(0.0, means[Size(work, compiles=True)] - warm), only=work)

    @property
    def _means(self) -> dict[Size, float]:
        """Mean seconds of the cells measured, by size."""
        taken: dict[Size, list[float]] = {}
        for size, seconds in self.measured:
            taken.setdefault(size, []).append(seconds)
        return {size: sum(each) / len(each) for size, each in taken.items()}

    @property
    def seconds(self) -> float | None:
        """Expected seconds to the end; None where nothing tells."""
        means = self._means
        if len({size.work for size in means}) == 1 and set(self.left) <= means.keys():
            return sum(means[size] for size in self.left)
        for pace in (self.pace, self.earlier):
            if pace is not None and all(pace.tells_of(size.work) for size in self.left):
                return sum(pace.seconds(size.work, size.compiles) for size in self.left)
        return None

    @property
    def learned(self) -> Pace | None:
        """The pace to keep for later studies; None where this one tells none.

        A pace of one work alone does not take the place of an earlier one that tells of all. Where no program
        was compiled, all having been kept, what a compilation takes is what it took earlier.
        """
        if self.pace and self.pace.only is not None and self.earlier and self.earlier.only is None:
            return self.earlier
        if self.pace is None or any(each.size.compiles for each in self.measured):
            return self.pace
        return self.pace._replace(compilation=self.earlier.compilation) if self.earlier else None


def first_estimate(cells: Iterable[Cell], earlier: Pace | None = None) -> Estimate:
    """The estimate before any of `cells` was run."""
    return Estimate(tuple(Size(cell.work, cell.compiles) for cell in cells), earlier=earlier)


def refined(estimate: Estimate, cell: Cell, seconds: float, compiled: bool) -> Estimate:
    """The estimate after the first of the cells left was run.

    Args:
      estimate: before it.
      cell: the cell.
      seconds: what it took.
      compiled: whether its program was compiled for it; one that was kept takes no compilation.
    """
    measured = Measured(Size(cell.work, compiled), seconds)
    return estimate._replace(left=estimate.left[1:], measured=(*estimate.measured, measured))
