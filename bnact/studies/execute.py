"""Running what is left of a study: cell by cell, each stored before the next begins."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bnact.studies.attempt import Attempt, Train, attempt
from bnact.studies.errors import StudyError
from bnact.studies.estimate import Estimate, first_estimate, refined
from bnact.studies.failures import Failure, write_failures
from bnact.studies.interruption import Interruption, interruptible
from bnact.studies.pace import read_pace, write_pace
from bnact.studies.plan import Cell, Plan, plan
from bnact.studies.progress import Progress
from bnact.studies.rows import Row, Rows
from bnact.studies.store import append_runs
from bnact.studies.study import Study
from bnact.training.setting import Setting


class Outcome(NamedTuple):
    """What came of an execution.

    Attributes:
      rows: the runs asked for that are done, in the order asked; those that diverged too.
      failures: the others; a command that has any must not exit with 0.
    """

    rows: Rows
    failures: tuple[Failure, ...]


def _check_data(settings: Sequence[Setting], study: Study) -> None:
    others = {setting.data for setting in settings} - set(study.manifest.data)
    if others:
        raise ValueError(
            f"execute: settings must be on the study's data; got data={sorted(others)[0]!r} in a study on "
            f"{', '.join(study.manifest.data)}; open the study with all datasets"
        )


def _stored(study: Study, cell: Cell, tried: Attempt) -> tuple[Rows, tuple[Failure, ...]]:
    """Stores what the study lacked of a cell; the lanes it had were run for the others' sake."""
    logs = [(setting, tried.logs[setting]) for setting in cell.missing if setting in tried.logs]
    missing = set(cell.missing)
    return append_runs(study.runs, logs), tuple(f for f in tried.failures if f.setting in missing)


@contextlib.contextmanager
def _shown(progress: Progress, planned: Plan, stored: Rows, study: Study) -> Iterator[None]:
    kinds = {name: record.kind for name, record in study.manifest.data.items()}
    progress.start(planned, stored, {name for name, kind in kinds.items() if kind == "regression"})
    try:
        yield
    finally:
        progress.finish()


def _execute_plan(
    planned: Plan, study: Study, train: Train, progress: Progress, interruption: Interruption
) -> tuple[Outcome, Estimate]:
    rows: list[Row] = []
    failures: tuple[Failure, ...] = ()
    estimate = first_estimate(planned.cells)
    for cell in planned.cells:
        began = time.monotonic()
        tried = attempt(train, cell.lanes)
        new_rows, new_failures = _stored(study, cell, tried)
        rows.extend(new_rows)
        failures += new_failures
        if new_failures:
            write_failures(study.failures, failures)
        seconds = time.monotonic() - began
        estimate = refined(estimate, cell, seconds)
        progress.cell_done(cell, tried.logs, seconds)
        interruption.check()
    return Outcome(Rows(tuple(rows)), failures), estimate


def execute(
    settings: Sequence[Setting], study: Study, train: Train, progress: Progress, pace: Path | None = None
) -> Outcome:
    """Runs what a study lacks, and returns all that was asked for.

    Each cell is trained by one call and on the disk before the next begins, so that a kill loses at most
    the cell under way. An error in a cell is recorded and the others go on; a population that does not
    fit into memory is split. The first SIGINT or SIGTERM ends the execution after the cell under way,
    or after six seconds; the process exits with 130 or 143.

    Args:
      settings: all runs wanted, checked; the order is that of the rows returned.
      study: an open study.
      train: trains the runs of one cell; its logs must depend on the settings alone.
      progress: told before the first cell, after each, and at the end.
      pace: the file with the pace of earlier studies, by which the time is foretold; it learns this one's.

    Returns:
      The rows, also those stored before, and the failures.

    Raises:
      ValueError: a setting is on other data than the study.
      StudyError: a finished run cannot be stored.
      SystemExit: a signal came; with code 130 or 143.
    """
    _check_data(settings, study)
    wanted = tuple(dict.fromkeys(settings))
    before = {row.setting: row for row in study.rows}
    stored = Rows(tuple(before[setting] for setting in wanted if setting in before))
    devices = f"{study.manifest.devices} x {study.manifest.device}"
    planned = plan(wanted, {row.id for row in stored})
    planned = planned._replace(pace=read_pace(pace, devices) if pace else None)
    write_failures(study.failures, ())
    with interruptible() as interruption, _shown(progress, planned, stored, study):
        outcome, estimate = _execute_plan(planned, study, train, progress, interruption)
    if pace and estimate.pace:
        with contextlib.suppress(StudyError):  # a study that is done does not fail for a forecast
            write_pace(pace, devices, estimate.pace)
    found = {row.setting: row for row in (*stored, *outcome.rows)}
    return Outcome(Rows(tuple(found[setting] for setting in wanted if setting in found)), outcome.failures)
