"""The founding claims as one page, and the files of the work directory."""

import dataclasses
from collections.abc import Sequence

from bnact.studies import Manifest, Rows, Study
from bnact.studies.claim import Claim, Costs, Scale
from bnact.studies.matrix import Decided
from bnact.studies.report import Page
from experiments.claims_page import Runs, Words, claims_page
from experiments.claims_report import write_report

from .asked import Asked, last_asked, settings_asked
from .costs import stored_costs
from .decided import decided
from .scale import DEFAULT, QUICK, STUDY, full
from .sources import QUESTION, TEXTBOOK


def publish(study: Study) -> bool:
    """Decides what was asked for, shows the verdicts, and writes verdicts.json and report.html.

    Decided are all claims that were asked for at the scales asked for last; one that lacks runs is not
    decided, and says how many. Times are shown as far as they were measured.

    Args:
      study: with all its runs.

    Returns:
      Whether it is known what was asked for; if not, nothing is written.

    Raises:
      StudyError: a file cannot be read or written.
    """
    asked = last_asked(study.workdir)
    if asked is None:
        return False
    rows = _rows_of(asked, study.rows)
    found = decided(asked, rows)
    costs = stored_costs(study.workdir, asked)
    write_report(study.workdir, found, founding_page(found, asked.scales, rows, study.manifest, costs))
    return True


def decides_without_runs(study: Study) -> bool:
    """Whether a claim was asked for that needs no run."""
    asked = last_asked(study.workdir) if study.manifest.study == STUDY else None
    return asked is not None and any(not claim.settings(asked.scales[0]) for claim in asked.claims)


def with_new(study: Study, rows: Rows) -> Study:
    """The study with runs that were done since it was opened."""
    known = {row.id for row in study.rows}
    new = (row for row in rows if row.id not in known)
    return dataclasses.replace(study, rows=Rows((*study.rows, *new)))


def _rows_of(asked: Asked, rows: Rows) -> Rows:
    wanted = set(settings_asked(asked))
    return Rows(tuple(row for row in rows if row.setting in wanted))


def founding_page(
    found: Sequence[Decided],
    scales: Sequence[Scale],
    rows: Rows,
    manifest: Manifest,
    costs: Costs | None = None,
) -> Page:
    """The report's page.

    Args:
      found: the claims in the order they are shown, and what came out.
      scales: what they asked for.
      rows: all runs.
      manifest: the conditions of the study.
      costs: measured times, or None.

    Returns:
      The page.
    """
    words = Words(
        title="Batch normalization and activation functions: the founding claims",
        question="Which activation works best with batch normalization, does the norm mend what is wrong "
        "with sigmoid, tanh and ReLU, and should it stand before or after the activation? And does "
        "a textbook page carry its gradient backwards rightly?",
        groups={QUESTION: "From the question and its answers", TEXTBOOK: "From the textbook page"},
        command=lambda claim: _command(claim, tuple(scales)),
        advice="The full study decides: leave out --quick and --seeds.",
    )
    return claims_page(found, Runs(scales, rows, manifest, costs), words)


def _command(claim: Claim, scales: tuple[Scale, ...]) -> str:
    scale = scales[0]
    standard = QUICK if scale.steps == QUICK.steps else DEFAULT
    size = " --full" if scales == full(scale.seeds) else " --quick" if standard == QUICK else ""
    seeds = f" --seeds={scale.seeds}" if scale.seeds != standard.seeds else ""
    workdir = f"study{size.replace(' --', '-')}"
    flags = f"--workdir={workdir} --claims={claim.id}{size}{seeds}"
    return f".venv/bin/python -m experiments.founding_claims {flags}"
