"""Decides the founding claims: trains what is not yet trained, prints the verdicts, writes the report.

The same command again continues where it was stopped. DIR then holds results/, verdicts.json and
report.html; both have all claims that were asked for at the same seeds, steps, rates and depths, in this call
or an earlier one. Some claims need no training and are computed. Exit codes: 0 done, 1 some runs failed, 2
bad input, 130 or 143 stopped by a signal.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from absl import flags

from bnact import data
from bnact.numerics import nearest_names
from bnact.studies import Rows, Study, check_architectures, check_batch_sizes
from bnact.studies.claim import Claim, Scale
from experiments.claims.asked import Asked, remember, settings_asked
from experiments.claims.report import publish, with_new
from experiments.claims.scale import DEFAULT, QUICK, full
from experiments.command import Command, new_flags, run
from experiments.training import Assignment, Occasion, define_check, trained

from .claims import CLAIMS, STUDY
from .report import WORDS

FLAGS = new_flags()
flags.DEFINE_list("claims", None, f"which to decide: {', '.join(CLAIMS)}; default: all", flag_values=FLAGS)
flags.DEFINE_bool("quick", False, "a quick look: fewer steps, seeds, rates and depths", flag_values=FLAGS)
flags.DEFINE_bool(
    "full",
    False,
    "the whole matrix: every task and architecture, twice over disjoint seeds",
    flag_values=FLAGS,
)
flags.DEFINE_integer("seeds", None, "runs of each setting; default: 10, quick: 3", flag_values=FLAGS)
define_check(FLAGS)


def prepare(values: flags.FlagValues) -> Callable[[], int]:
    """What the flags ask for.

    Raises:
      ValueError: a claim is unknown, or a number is out of range.
    """
    claims = named_claims(values.claims)
    asked = Asked(claims, asked_scales(values.quick, values.full, values.seeds))
    settings = settings_asked(asked)
    datasets = tuple(data.load(name) for name in dict.fromkeys(setting.data for setting in settings))
    check_batch_sizes(settings, datasets)
    check_architectures(settings, datasets)
    assignment = Assignment(Path(values.workdir), STUDY, datasets, settings, values.check)
    occasion = Occasion(
        begin=lambda study: remember(study.workdir, asked, CLAIMS),
        publish=lambda rows, study: _published(rows, study, asked),
    )
    return lambda: trained(assignment, occasion)


def _published(rows: Rows, study: Study, asked: Asked) -> None:
    # Imported late: a mistyped flag is then answered before the networks are even loaded.
    from experiments.claims.costs import measure_costs

    measure_costs(study.workdir, asked)
    publish(with_new(study, rows), CLAIMS, WORDS)


def asked_scales(quick: bool, whole: bool, seeds: int | None) -> tuple[Scale, ...]:
    """On what and how much is trained.

    Args:
      quick: a quick look.
      whole: the whole matrix.
      seeds: runs of each setting; None leaves it to the scale.

    Raises:
      ValueError: both at once, or seeds below 1.
    """
    if quick and whole:
        raise ValueError(
            "founding_claims: a study is quick or full; got --quick and --full; leave one of them out"
        )
    if seeds is not None and seeds < 1:
        raise ValueError(
            f"founding_claims: seeds must be a whole number of at least 1; got {seeds}; use 1 or more"
        )
    if whole:
        return full(DEFAULT.seeds if seeds is None else seeds)
    scale = QUICK if quick else DEFAULT
    return (scale if seeds is None else scale._replace(seeds=seeds),)


def named_claims(names: Sequence[str] | None) -> tuple[Claim, ...]:
    """The claims of those names, each once; all if there are none.

    Raises:
      ValueError: a name is unknown; the message has the nearest, or all.
    """
    if names is not None and not names:
        raise ValueError("claims: must name at least one; got none; leave the flag out for all")
    for name in names or ():
        if name not in CLAIMS:
            near = nearest_names(name, CLAIMS)
            raise ValueError(
                f"claims: must be names of founding claims; got {name!r}; "
                f"{'nearest: ' if near else 'use one of '}{', '.join(near or CLAIMS)}"
            )
    return tuple(CLAIMS[name] for name in dict.fromkeys(names or CLAIMS))


COMMAND = Command(__doc__ or "", FLAGS, prepare)

if __name__ == "__main__":
    run(COMMAND)
