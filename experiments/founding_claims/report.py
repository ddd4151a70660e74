"""The founding claims as one page, and the files of the work directory."""

import sys
from collections.abc import Sequence
from pathlib import Path

from bnact.studies import Manifest, Rows, write_atomically
from bnact.studies.claim import Claim, Scale, Verdict
from bnact.studies.report import Page, Section, html
from bnact.studies.report.claim_section import claim_section
from bnact.studies.report.methods import methods
from bnact.studies.statistics import ENOUGH_TO_RESAMPLE
from bnact.studies.terminal import show_verdicts
from bnact.studies.verdicts import verdicts_json

from .claims import CLAIMS
from .scale import DEFAULT, QUICK, own_rows, scale_of


def publish(claims: Sequence[Claim], scale: Scale, rows: Rows, manifest: Manifest, workdir: Path) -> None:
    """Decides the claims, shows the verdicts, and writes verdicts.json and report.html.

    Args:
      claims: in the order they are shown.
      scale: what they asked for.
      rows: all runs.
      manifest: the conditions of the study.
      workdir: where to write.

    Raises:
      StudyError: a file cannot be written.
    """
    verdicts = tuple(verdict_on(claim, scale, rows) for claim in claims)
    page = founding_page(claims, verdicts, scale, rows, manifest)
    write_atomically(workdir / "verdicts.json", verdicts_json(verdicts))
    write_atomically(workdir / "report.html", html(page))
    show_verdicts(verdicts, CLAIMS, sys.stdout)
    for notice in page.notices:
        sys.stdout.write(f"{notice}\n")
    sys.stdout.write(f"report: {workdir / 'report.html'}\nverdicts: {workdir / 'verdicts.json'}\n")


def verdict_on(claim: Claim, scale: Scale, rows: Rows) -> Verdict:
    """A claim's verdict; undecided as long as a run it needs is missing.

    Args:
      claim: the claim.
      scale: what it asked for.
      rows: all runs.

    Returns:
      The verdict.
    """
    own, needed = own_rows(claim, scale, rows), len(claim.settings(scale))
    if len(own) == needed:
        return claim.decide(own)
    sentence = f"Not decided: {needed - len(own):,} of the {needed:,} runs it needs are missing."
    nothing = float("nan")
    return Verdict(claim.id, claim.text, claim.source, "undecided", nothing, nothing, nothing, 0, sentence)


def complete_claims(rows: Rows) -> tuple[tuple[Claim, ...], Scale | None]:
    """The claims that have all their runs, and at which scale: of several, that with the most steps.

    Args:
      rows: all runs of a work directory.

    Returns:
      The claims, and the scale; none and None if no claim has all its runs.
    """
    for steps in sorted({row.setting.steps for row in rows}, reverse=True):
        scale = scale_of(rows.select(steps=steps))
        found = tuple(c for c in CLAIMS.values() if len(own_rows(c, scale, rows)) == len(c.settings(scale)))
        if found:
            return found, scale
    return (), None


def founding_page(
    claims: Sequence[Claim], verdicts: Sequence[Verdict], scale: Scale, rows: Rows, manifest: Manifest
) -> Page:
    """The report's page.

    Args:
      claims: in the order they are shown.
      verdicts: theirs.
      scale: what they asked for.
      rows: all runs.
      manifest: the conditions of the study.

    Returns:
      The page.
    """
    return Page(
        title="Batch normalization and activation functions: the founding claims",
        question="Which activation works best with batch normalization, does the norm mend what is wrong "
        "with sigmoid, tanh and ReLU, and should it stand before or after the activation?",
        summary=_summary(verdicts, rows),
        sections=tuple(_section(*both, scale, rows) for both in zip(claims, verdicts, strict=True)),
        methods=methods(manifest, rows),
        notices=_notices(verdicts, scale),
    )


def _section(claim: Claim, verdict: Verdict, scale: Scale, rows: Rows) -> Section:
    own = own_rows(claim, scale, rows)
    shown = own if len(own) == len(claim.settings(scale)) else Rows()
    return claim_section(claim, verdict, shown, _command(claim, scale))


def _command(claim: Claim, scale: Scale) -> str:
    standard = QUICK if scale.steps == QUICK.steps else DEFAULT
    quick = " --quick" if standard == QUICK else ""
    seeds = f" --seeds={scale.seeds}" if scale.seeds != standard.seeds else ""
    return f"python -m experiments.founding_claims --workdir=study --claims={claim.id}{quick}{seeds}"


def _summary(verdicts: Sequence[Verdict], rows: Rows) -> str:
    answers = [verdict.verdict for verdict in verdicts]
    counts = ", ".join(
        f"{answers.count(answer)} {answer}" for answer in ("supported", "refuted", "undecided")
    )
    claims = "claim was" if len(answers) == 1 else "claims were"
    return (
        f"{len(rows):,} small networks were trained, and {len(answers)} {claims} decided from them: {counts}."
    )


def _notices(verdicts: Sequence[Verdict], scale: Scale) -> tuple[str, ...]:
    notices = []
    if scale.seeds < ENOUGH_TO_RESAMPLE:
        notices.append(
            f"A quick look: with {scale.seeds} seeds a difference cannot be told from noise, so what needs "
            "a test is undecided. The full study decides: leave out --quick and --seeds."
        )
    if any(verdict.sentence.startswith("Not decided:") for verdict in verdicts):
        notices.append("Some runs failed or were not made; the same command tries them again.")
    return tuple(notices)
