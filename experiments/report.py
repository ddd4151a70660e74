"""Rebuilds the report of a work directory from its results alone: nothing is trained.

Founding claims are decided as their command decides them: all that were asked for, and one that lacks runs is
not decided. Trainability maps are drawn of the runs that were trained as the last one was. Anything else is
reported as a grid. Exit codes: 0 done, 2 the directory holds no results, or they cannot be read.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from absl import flags

from bnact.studies import Study, StudyError, read_study
from experiments import sweep
from experiments.claims.report import publish
from experiments.command import DONE, Command, new_flags, run
from experiments.founding_claims.claims import CLAIMS, STUDY
from experiments.founding_claims.report import WORDS, decides_without_runs
from experiments.trainability_map import maps
from experiments.trainability_map import report as map_report

FLAGS = new_flags()


def prepare(values: flags.FlagValues) -> Callable[[], int]:
    """What there is to report.

    Raises:
      StudyError: there is none, it cannot be read, or it has no runs.
    """
    study = read_study(Path(values.workdir))
    if not len(study.rows) and not decides_without_runs(study):
        raise StudyError(
            f"report: there must be at least one finished run; {study.runs} has none; run the study first"
        )
    return lambda: rebuilt(study)


def rebuilt(study: Study) -> int:
    """Publishes what the results say, and returns the exit code."""
    if study.manifest.study == STUDY:
        if publish(study, CLAIMS, WORDS):
            return DONE
        sys.stdout.write("it is not known which claims were asked for: the runs are reported as a grid\n")
    if study.manifest.study == maps.STUDY:
        map_report.publish(study, map_report.latest(study.rows))
        return DONE
    sweep.publish(study.rows, study.manifest, study.workdir)
    return DONE


COMMAND = Command(__doc__ or "", FLAGS, prepare)

if __name__ == "__main__":
    run(COMMAND)
