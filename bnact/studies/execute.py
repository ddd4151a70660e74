"""Running what is left of a study: cell by cell, each stored before the next begins."""

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bnact.distributed import Arrangement
from bnact.studies.attempt import Train, attempt
from bnact.studies.errors import StudyError
from bnact.studies.estimate import Estimate, first_estimate, refined
from bnact.studies.failures import Failure, write_failures
from bnact.studies.interruption import Interruption, interruptible
from bnact.studies.pace import PaceFile, read_pace, write_pace
from bnact.studies.plan import Cell, Plan, plan
from bnact.studies.progress import Progress
from bnact.studies.rows import Row, Rows
from bnact.studies.settled_layouts import Layouts, read_layouts, settle, settled
from bnact.studies.store import append_runs
from bnact.studies.study import Study
from bnact.training import arrangement_for
from bnact.training.setting import Program, Setting


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


@contextlib.contextmanager
def _shown(progress: Progress, planned: Plan, stored: Rows, study: Study) -> Iterator[None]:
    kinds = {name: record.kind for name, record in study.manifest.data.items()}
    progress.start(planned, stored, {name for name, kind in kinds.items() if kind == "regression"})
    try:
        yield
    finally:
        progress.finish()


class _Under(NamedTuple):
    """What an execution carries from cell to cell.

    Attributes:
      estimate: of the time left.
      layouts: for which memory suffices.
      too_large: programs that fit in no layout. Their later cells begin with the smallest, each larger one
        taking a compilation to fail again.
    """

    estimate: Estimate
    layouts: Layouts
    too_large: frozenset[Program] = frozenset()


def _after(
    under: _Under, cell: Cell, study: Study, train: Train, progress: Progress
) -> tuple[_Under, Outcome]:
    """Trains, stores and tells of a cell.

    Returns:
      What is carried on, and what came of the runs that the cell lacked.
    """
    began = time.monotonic()
    program = cell.lanes[0].program
    wanted = settled(cell.arrangement, program, under.layouts)
    alone = program in under.too_large
    tried = attempt(train, cell.lanes, wanted._replace(devices=1, at_once=1) if alone else wanted)
    rows = append_runs(study.runs, [*tried.logs.items()])
    layouts, too_large = under.layouts, under.too_large
    if tried.too_large:
        too_large |= {program}
    elif tried.logs and tried.arrangement != wanted:
        layouts = settle(study.layouts, layouts, program, wanted, tried.arrangement)
    compiled = cell.compiles if tried.compiled is None else tried.compiled
    estimate = refined(under.estimate, cell, time.monotonic() - began, compiled)
    progress.cell_done(cell, tried.logs, estimate)
    return _Under(estimate, layouts, too_large), Outcome(rows, tried.failures)


def _execute_plan(
    planned: Plan, study: Study, layouts: Layouts, doing: tuple[Train, Progress, Interruption]
) -> tuple[Outcome, Estimate]:
    train, progress, interruption = doing
    under = _Under(first_estimate(planned.cells, planned.pace), layouts)
    rows, failures = list[Row](), list[Failure]()
    for cell in planned.cells:
        under, outcome = _after(under, cell, study, train, progress)
        rows.extend(outcome.rows)
        if outcome.failures:
            failures.extend(outcome.failures)
            write_failures(study.failures, failures)
        interruption.check()
    return Outcome(Rows(tuple(rows)), tuple(failures)), under.estimate


def execute(
    settings: Sequence[Setting], study: Study, train: Train, progress: Progress, pace: PaceFile | None = None
) -> Outcome:
    """Runs what a study lacks, and returns all that was asked for.

    Each cell is trained by one call and on the disk before the next begins, so that a kill loses at most
    the cell under way. An error in a cell is recorded and the others go on. Where memory makes a layout
    smaller, all later cells of the program have it, and it is said; that fewer networks are trained at a
    time holds after a resume too. The first SIGINT or SIGTERM ends the execution after the cell under way,
    or after six seconds; the process exits with 130 or 143.

    Args:
      settings: all runs wanted, checked; the order is that of the rows returned.
      study: an open study.
      train: trains the runs of one cell; its logs must depend on settings and arrangement alone.
      progress: told before the first cell, after each, and at the end.
      pace: where the pace of earlier studies is kept, by which the time is foretold; it learns this one's.

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
    layouts = read_layouts(study.layouts)

    def arrange(program: Program, lanes: int) -> Arrangement:
        return settled(arrangement_for(program, lanes), program, layouts)

    planned = plan(wanted, {row.id for row in stored}, arrange)
    planned = planned._replace(pace=read_pace(pace) if pace else None)
    write_failures(study.failures, ())
    with interruptible() as interruption, _shown(progress, planned, stored, study):
        outcome, estimate = _execute_plan(planned, study, layouts, (train, progress, interruption))
    if pace and estimate.learned:
        with contextlib.suppress(StudyError):  # a study that is done does not fail for a forecast
            write_pace(pace, estimate.learned)
    found = {row.setting: row for row in (*stored, *outcome.rows)}
    return Outcome(Rows(tuple(found[setting] for setting in wanted if setting in found)), outcome.failures)
