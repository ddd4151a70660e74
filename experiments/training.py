"""The settings of a command, trained into its work directory."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from absl import flags

from bnact import training
from bnact.data import Dataset
from bnact.distributed import Arrangement, private_cache
from bnact.fused import FORMULAS
from bnact.studies import Manifest, Outcome, Rows, Study, execute, open_study, present_manifest, progress_on
from bnact.studies.counted import counted
from bnact.studies.pace import PaceFile, pace_key
from bnact.training import Population
from bnact.training.setting import Setting

from .command import DONE, SOME_FAILED


def define_check(values: flags.FlagValues) -> None:
    """Adds the flag --check, for `Assignment.check`."""
    flags.DEFINE_bool(
        "check",
        False,
        "on the way, hold the gradients of every norm against the identities of bnact.invariants; a run in "
        "which one breaks fails",
        flag_values=values,
    )


class Assignment(NamedTuple):
    """What to train, and where.

    Attributes:
      workdir: the work directory.
      study: name of the study.
      datasets: what to train on.
      settings: all runs, each on one of the datasets.
      check: whether the gradients of every norm are held against their identities on the way.
    """

    workdir: Path
    study: str
    datasets: tuple[Dataset, ...]
    settings: tuple[Setting, ...]
    check: bool = False


class Occasion(NamedTuple):
    """What else is done while the work directory is locked.

    Attributes:
      begin: called with the open study, before anything is trained.
      publish: called at the end with all rows asked for that are done, and the study as it was opened.
    """

    begin: Callable[[Study], object]
    publish: Callable[[Rows, Study], object]


def trained(assignment: Assignment, occasion: Occasion) -> int:
    """Trains what is left, and publishes.

    Args:
      assignment: what to train.
      occasion: what is done before and after, while no other process can change the directory.

    Returns:
      The exit code.

    Raises:
      StudyError: the study cannot begin or go on.
    """
    manifest = present_manifest(assignment.study, assignment.datasets)
    with open_study(assignment.workdir, manifest) as study:
        occasion.begin(study)
        pace = _pace_file(assignment, manifest)
        outcome = execute(assignment.settings, study, _train(assignment), progress_on(sys.stderr), pace)
        occasion.publish(outcome.rows, study)
        if assignment.check:
            sys.stderr.write(_checked(assignment.settings, outcome, study))
        return _closing(outcome, study.failures)


def _pace_file(assignment: Assignment, manifest: Manifest) -> PaceFile | None:
    """Where the pace of such studies is kept; None where no place is the user's alone."""
    try:
        path = private_cache(os.environ) / "pace.json"
    except OSError:
        return None
    return PaceFile(path, pace_key(manifest, assignment.settings, assignment.check))


def _train(assignment: Assignment) -> Callable[[Sequence[Setting], Arrangement], Population]:
    datasets = {dataset.name: dataset for dataset in assignment.datasets}
    activations = sorted({setting.activation for setting in assignment.settings})
    norms = sorted({setting.norm for setting in assignment.settings})
    return lambda lanes, arrangement: training.trained_population(
        arrangement, lanes, datasets[lanes[0].data], activations, assignment.check, norms
    )


def _checked(settings: Sequence[Setting], outcome: Outcome, study: Study) -> str:
    """What --check has looked at, and what it has not."""
    before = {row.setting for row in study.rows} & set(settings)
    fresh = [row.setting for row in outcome.rows if row.setting not in before]
    formulas = sum(setting.norm in FORMULAS for setting in fresh)
    held = (
        f"in {counted(len(fresh) - formulas, 'run')} the gradients of every norm satisfied their identities"
    )
    unseen = f"; {counted(len(before), 'run')} stored before and not checked" if before else ""
    without = f"; {counted(formulas, 'run')} with norms that it leaves out" if formulas else ""
    return f"--check: {held}{unseen}{without}\n"


def _closing(outcome: Outcome, failures: Path) -> int:
    if not outcome.failures:
        return DONE
    which = "with" if len(outcome.failures) == 1 else "the first with"
    sys.stderr.write(
        f"{counted(len(outcome.failures), 'run')} failed, {which} {outcome.failures[0].error}; {failures} "
        "says more\n"
    )
    return SOME_FAILED
