"""How a study shows where it stands: a bar on a terminal, plain lines elsewhere."""

import time
from collections.abc import Callable, Mapping, Set
from typing import Protocol, TextIO

from bnact.studies.estimate import Estimate
from bnact.studies.plan import Cell, Plan
from bnact.studies.rows import Rows
from bnact.studies.tally import advanced, best_words, count_words, first_tally, start_words, time_words
from bnact.training.log import Log
from bnact.training.setting import Setting

SECONDS_BETWEEN_LINES = 5.0


class Progress(Protocol):
    """What an execution tells as it goes."""

    def start(self, plan: Plan, stored: Rows, regressions: Set[str] = frozenset()) -> None:
        """Before the first cell: what is to do, the runs stored before, which data are regressions."""

    def cell_done(self, cell: Cell, logs: Mapping[Setting, Log], estimate: Estimate) -> None:
        """After each cell: the logs of its runs that did not end in an error, and the time left."""

    def finish(self) -> None:
        """After the last cell, and also when the execution is broken off."""


class LineProgress:
    """Progress as plain lines: the first, the last, and at most one every few seconds between."""

    def __init__(
        self,
        stream: TextIO,
        clock: Callable[[], float] = time.monotonic,
        interval: float = SECONDS_BETWEEN_LINES,
    ) -> None:
        self._stream = stream
        self._clock = clock
        self._interval = interval

    def start(self, plan: Plan, stored: Rows, regressions: Set[str] = frozenset()) -> None:
        """Says what is to do."""
        self._tally = first_tally(plan, stored, regressions)
        self._began = self._said = self._clock()
        self._write(start_words(self._tally))

    def cell_done(self, cell: Cell, logs: Mapping[Setting, Log], estimate: Estimate) -> None:
        """Says where the study stands, unless it has just done so; the last cell always does."""
        self._tally = advanced(self._tally, cell, logs, estimate)
        now = self._clock()
        if now - self._said >= self._interval or self._tally.cells_done == self._tally.cells:
            self._said = now
            times = time_words(self._tally, now - self._began)
            self._write(f"{count_words(self._tally)}; {times}; {best_words(self._tally)}")

    def finish(self) -> None:
        """Nothing is left to say: the last cell has said it."""

    def _write(self, line: str) -> None:
        self._stream.write(line + "\n")
        self._stream.flush()


def progress_on(stream: TextIO) -> Progress:
    """The progress that suits a stream: a bar where it is a terminal, plain lines elsewhere.

    Args:
      stream: where to show it.

    Returns:
      The progress, not yet started.
    """
    if not stream.isatty():
        return LineProgress(stream)
    from bnact.studies.progress_bar import BarProgress  # rich is needed for a bar alone

    return BarProgress(stream)
