"""Progress as a bar that moves."""

import time
from collections.abc import Callable, Mapping, Set
from typing import TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.text import Text

from bnact.studies.estimate import Estimate
from bnact.studies.plan import Cell, Plan
from bnact.studies.rows import Rows
from bnact.studies.tally import (
    Tally,
    advanced,
    best_words,
    count_words,
    first_tally,
    start_words,
    time_words,
)
from bnact.training.log import Log
from bnact.training.setting import Setting


def _picture(tally: Tally, elapsed: float) -> Group:
    # Text, not markup: a name that looks like markup is shown as it is.
    bar = ProgressBar(total=max(1, tally.cells), completed=tally.cells_done if tally.cells else 1)
    return Group(
        Padding(bar, 0),  # a bar alone does not end its line
        Text(f"{count_words(tally)}; {time_words(tally, elapsed)}"),
        Text(best_words(tally)),
    )


class BarProgress:
    """Progress as a bar with two lines under it: cells and time, and the current best."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._console = Console(file=stream, highlight=False)

    def _render(self) -> Group:
        return _picture(self._tally, self._clock() - self._began)

    def start(self, plan: Plan, stored: Rows, regressions: Set[str] = frozenset()) -> None:
        """Says what is to do and shows the bar."""
        self._tally = first_tally(plan, stored, regressions)
        self._began = self._clock()
        self._console.print(Text(start_words(self._tally)))
        self._live = Live(console=self._console, get_renderable=self._render, refresh_per_second=2)
        self._live.start(refresh=True)

    def cell_done(self, cell: Cell, logs: Mapping[Setting, Log], estimate: Estimate) -> None:
        """Moves the bar."""
        self._tally = advanced(self._tally, cell, logs, estimate)
        self._live.refresh()

    def finish(self) -> None:
        """Leaves the bar as it stands and gives the terminal back."""
        self._live.stop()
