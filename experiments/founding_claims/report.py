"""The founding claims as one page, and the files of the work directory."""

import dataclasses
import sys
from collections.abc import Sequence

from bnact.studies import Manifest, Rows, Study, write_atomically
from bnact.studies.claim import Claim, Scale, Verdict
from bnact.studies.counted import counted
from bnact.studies.report import Page, Section, html
from bnact.studies.report.claim_section import claim_section
from bnact.studies.report.methods import methods
from bnact.studies.statistics import ENOUGH_FOR_AN_INTERVAL, ENOUGH_TO_RESAMPLE
from bnact.studies.terminal import show_verdicts
from bnact.studies.verdicts import verdicts_json

from .asked import Asked, last_asked, settings_asked
from .claims import CLAIMS
from .decided import Decided, decided
from .scale import DEFAULT, QUICK, STUDY, own_rows


def publish(study: Study) -> bool:
    """Decides what was asked for, shows the verdicts, and writes verdicts.json and report.html.

    Decided are all claims that were asked for at the scale asked for last; one that lacks runs is not
    decided, and says how many.

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
    verdicts = [each.verdict for each in found]
    page = founding_page(found, asked.scales, rows, study.manifest)
    page_path, verdicts_path = study.workdir / "report.html", study.workdir / "verdicts.json"
    write_atomically(verdicts_path, verdicts_json(verdicts))
    write_atomically(page_path, html(page))
    show_verdicts(verdicts, CLAIMS, sys.stdout)
    for notice in page.notices:
        sys.stdout.write(f"{notice}\n")
    sys.stdout.write(f"report: {page_path}\nverdicts: {verdicts_path}\n")
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


def founding_page(found: Sequence[Decided], scales: Sequence[Scale], rows: Rows, manifest: Manifest) -> Page:
    """The report's page.

    Args:
      found: the claims in the order they are shown, and what came out.
      scales: what they asked for; figures and tables are those of the first.
      rows: all runs.
      manifest: the conditions of the study.

    Returns:
      The page.
    """
    scale = scales[0]
    claims, verdicts = [each.claim for each in found], [each.verdict for each in found]
    return Page(
        title="Batch normalization and activation functions: the founding claims",
        question="Which activation works best with batch normalization, does the norm mend what is wrong "
        "with sigmoid, tanh and ReLU, and should it stand before or after the activation? And does "
        "a textbook page carry its gradient backwards rightly?",
        summary=_summary(claims, verdicts, scale, rows),
        sections=tuple(_section(*both, scale, rows) for both in zip(claims, verdicts, strict=True)),
        methods=methods(manifest, rows),
        notices=_notices(claims, verdicts, scale),
    )


def _section(claim: Claim, verdict: Verdict, scale: Scale, rows: Rows) -> Section:
    own = own_rows(claim, scale, rows)
    shown = own if len(own) == len(claim.settings(scale)) else None
    return claim_section(claim, verdict, shown, _command(claim, scale))


def _command(claim: Claim, scale: Scale) -> str:
    standard = QUICK if scale.steps == QUICK.steps else DEFAULT
    quick = " --quick" if standard == QUICK else ""
    seeds = f" --seeds={scale.seeds}" if scale.seeds != standard.seeds else ""
    workdir = "study-quick" if quick else "study"
    flags = f"--workdir={workdir} --claims={claim.id}{quick}{seeds}"
    return f".venv/bin/python -m experiments.founding_claims {flags}"


def _summary(claims: Sequence[Claim], verdicts: Sequence[Verdict], scale: Scale, rows: Rows) -> str:
    by_training = [bool(claim.settings(scale)) for claim in claims]
    trained = [verdict for verdict, runs in zip(verdicts, by_training, strict=True) if runs]
    computed = [verdict for verdict, runs in zip(verdicts, by_training, strict=True) if not runs]
    sentences = []
    if trained:
        sentences.append(
            f"{len(rows):,} small networks were trained, and {_were(trained)} decided from them: "
            f"{_answers(trained)}."
        )
    if computed:
        sentences.append(f"{_were(computed)} decided by computing alone: {_answers(computed)}.")
    return " ".join(sentences)


def _were(verdicts: Sequence[Verdict]) -> str:
    return f"{counted(len(verdicts), 'claim')} {'was' if len(verdicts) == 1 else 'were'}"


def _answers(verdicts: Sequence[Verdict]) -> str:
    found = [verdict.verdict for verdict in verdicts]
    return ", ".join(f"{found.count(answer)} {answer}" for answer in ("supported", "refuted", "undecided"))


def _notices(claims: Sequence[Claim], verdicts: Sequence[Verdict], scale: Scale) -> tuple[str, ...]:
    notices = []
    if scale.seeds < ENOUGH_TO_RESAMPLE and any(claim.settings(scale) for claim in claims):
        notices.append(
            f"A quick look: with {counted(scale.seeds, 'seed')} a difference cannot be told from noise, so "
            "what needs a test is undecided"
            f"{', and no interval is shown' if scale.seeds < ENOUGH_FOR_AN_INTERVAL else ''}. "
            "The full study decides: leave out --quick and --seeds."
        )
    if any(verdict.sentence.startswith("Not decided:") for verdict in verdicts):
        notices.append("Some runs failed or were not made; the same command tries them again.")
    return tuple(notices)
