"""Maps accuracy over depth and weight variance, and asks whether theory knows where it is lost.

For example:

  .venv/bin/python -m experiments.trainability_map --workdir=maps
  .venv/bin/python -m experiments.trainability_map --workdir=mine --activation=tanh --weight_variance=0.5,1,2

The same command again continues where it was stopped. DIR then holds results/ and report.html: a map of every
pair of norm and activation with the predicted boundary over it, and the rank agreement of predicted and
measured trainable depth. Exit codes: 0 done, 1 some runs failed, 2 bad input, 130 or 143 stopped by a signal.
"""

from collections.abc import Callable
from pathlib import Path

from absl import flags

from bnact import data, theory
from experiments.command import Command, new_flags, run
from experiments.training import Assignment, Occasion, trained

from .asked import asked, define_flags
from .comparison import predicted_depth
from .maps import BATCH_SIZE, DATA, STUDY, Maps, settings_of
from .report import publish

FLAGS = new_flags()
define_flags(FLAGS)


def prepare(values: flags.FlagValues) -> Callable[[], int]:
    """What the flags ask for.

    Raises:
      ValueError: a name is unknown, a number out of range, or theory has no answer for a pair.
    """
    maps = asked(values)
    settings = settings_of(maps)
    check_theory(maps)
    assignment = Assignment(Path(values.workdir), STUDY, (data.load(DATA),), settings)
    occasion = Occasion(
        # The predictions are kept for the report: one that fails must do so before the training.
        begin=lambda study: [predicted_depth(*setting) for setting in maps.places],
        publish=lambda rows, study: publish(study, rows),
    )
    return lambda: trained(assignment, occasion)


def check_theory(maps: Maps) -> None:
    """Refuses, at next to no cost, what theory does not cover.

    Raises:
      ValueError: a norm, or an activation that jumps.
    """
    for pair in maps.weight_variances:
        theory.predict(pair.activation, pair.norm, pair.order, depth=1, batch_size=BATCH_SIZE)


COMMAND = Command(__doc__ or "", FLAGS, prepare)

if __name__ == "__main__":
    run(COMMAND)
