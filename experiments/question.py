"""A user's own claim, decided by one command as the founding claims are.

Trains what is not yet trained, prints the verdict, writes the report. The same command again continues where
it was stopped. DIR then holds results/, verdicts.json and report.html. Exit codes: 0 done, 1 some runs
failed, 2 bad input, 130 or 143 stopped by a signal.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from absl import flags

from bnact import data
from bnact.data import Dataset
from bnact.studies import Rows, Study, check_architectures, check_batch_sizes
from bnact.studies.claim import Claim, Scale
from bnact.studies.report.decision_views import Asserted as Asserted
from bnact.studies.report.decision_views import claim_by_decision as claim_by_decision

from .claims.asked import Asked, settings_asked
from .claims.decided import decided
from .claims.page import Runs, Words, claims_page
from .claims.report import write_report
from .claims.scale import DEFAULT, QUICK
from .command import Command, new_flags, run
from .training import Assignment, Occasion, trained


def answer(claim: Claim) -> None:
    """Runs the command that decides a claim, with the process's arguments, and exits.

    Args:
      claim: the claim.
    """
    run(command_of(claim))


def command_of(claim: Claim) -> Command:
    """The command that decides a claim: where, on what data, with how many seeds.

    Args:
      claim: the claim.
    """
    values = new_flags()
    flags.DEFINE_list("data", ["digits"], "datasets, as `bnact.data.load` names them", flag_values=values)
    flags.DEFINE_bool("quick", False, "a quick look: fewer steps, seeds and rates", flag_values=values)
    flags.DEFINE_integer("seeds", None, "runs of each setting; default: 10, quick: 3", flag_values=values)

    def prepare(given: flags.FlagValues) -> Callable[[], int]:
        if not given.data:
            raise ValueError("data: must name at least one dataset; got none; use --data=digits")
        datasets = tuple(data.load(name) for name in dict.fromkeys(given.data))
        scale = QUICK if given.quick else DEFAULT
        seeds = scale.seeds if given.seeds is None else given.seeds
        scales = tuple(scale._replace(data=each.name, seeds=seeds) for each in datasets)
        settings = settings_asked(Asked((claim,), scales))
        check_batch_sizes(settings, datasets)
        check_architectures(settings, datasets)
        return lambda: answered(claim, Path(given.workdir), scales, datasets)

    return Command(f"Decides: “{claim.text}”.\n{(__doc__ or '').partition('.')[2]}", values, prepare)


def answered(claim: Claim, workdir: Path, scales: Sequence[Scale], datasets: Sequence[Dataset]) -> int:
    """Trains what a claim needs, decides it, and writes verdicts.json and report.html.

    Args:
      claim: the claim.
      workdir: where results are stored and reports written.
      scales: on what, and how much is trained.
      datasets: those that the settings name.

    Returns:
      The exit code: 0 done, 1 some runs failed.

    Raises:
      StudyError: the study cannot begin or go on.
    """
    asked = Asked((claim,), tuple(scales))
    settings = settings_asked(asked)
    occasion = Occasion(begin=lambda study: None, publish=lambda rows, study: _publish(asked, rows, study))
    return trained(Assignment(workdir, claim.id, tuple(datasets), settings), occasion)


def _publish(asked: Asked, rows: Rows, study: Study) -> None:
    (claim,) = asked.claims
    found = decided(asked, rows)
    words = Words(
        title=claim.text[:1].upper() + claim.text[1:],
        question=claim.why,
        groups={},
        command=_command,
        advice="The whole study decides: leave out --quick and --seeds.",
    )
    page = claims_page(found, Runs(asked.scales, rows, study.manifest), words)
    write_report(study.workdir, found, page)


def _command(claim: Claim, scales: Sequence[Scale]) -> str:
    standard = QUICK if scales[0].steps == QUICK.steps else DEFAULT
    quick = " --quick" if standard == QUICK else ""
    seeds = f" --seeds={scales[0].seeds}" if scales[0].seeds != standard.seeds else ""
    names = ["npz:FILE" if scale.data.startswith("npz-") else scale.data for scale in scales]
    of = f" --data={','.join(names)}" if names != ["digits"] else ""
    return f".venv/bin/python {claim.id}.py --workdir=DIR{quick}{seeds}{of}"
