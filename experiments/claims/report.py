"""Verdicts on a terminal, in verdicts.json, report.html and report.md: where every study of claims ends."""

import dataclasses
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bnact.studies import Rows, Study, write_atomically
from bnact.studies.claim import Claim
from bnact.studies.matrix import Decided
from bnact.studies.report import Page, html, markdown
from bnact.studies.terminal import show_verdicts
from bnact.studies.verdicts import verdicts_json

from .asked import Asked, last_asked, settings_asked
from .costs import stored_costs
from .decided import decided
from .page import Runs, Words, claims_page


def publish(study: Study, claims: Mapping[str, Claim], words: Words) -> bool:
    """Decides what was asked for, shows the verdicts, and writes verdicts.json and report.html.

    Decided are all claims that were asked for at the scales asked for last; one that lacks runs is not
    decided, and says how many. Times are shown as far as they were measured.

    Args:
      study: with all its runs.
      claims: all that can have been asked for, by name.
      words: what the page says besides them.

    Returns:
      Whether it is known what was asked for; if not, nothing is written.

    Raises:
      StudyError: a file cannot be read or written.
    """
    asked = last_asked(study.workdir, claims)
    if asked is None:
        return False
    rows = _rows_of(asked, study.rows)
    # Said at once, since what follows takes a while in which nothing moves.
    sys.stdout.write(f"deciding {len(asked.claims)} claims and drawing the report\n")
    sys.stdout.flush()
    found = decided(asked, rows)
    runs = Runs(asked.scales, rows, study.manifest, stored_costs(study.workdir, asked))
    write_report(study.workdir, found, claims_page(found, runs, words))
    return True


def write_report(workdir: Path, found: Sequence[Decided], page: Page) -> None:
    """Shows the verdicts, and writes verdicts.json, report.html, and its words and tables as report.md.

    Args:
      workdir: where to write.
      found: the claims and what came out.
      page: the report.

    Raises:
      StudyError: a file cannot be written.
    """
    verdicts = [each.verdict for each in found]
    page_path, verdicts_path = workdir / "report.html", workdir / "verdicts.json"
    write_atomically(verdicts_path, verdicts_json(verdicts))
    write_atomically(workdir / "report.md", markdown(page))
    write_atomically(page_path, html(page))
    show_verdicts(verdicts, {each.claim.id: each.claim for each in found}, sys.stdout)
    for notice in page.notices:
        sys.stdout.write(f"{notice}\n")
    sys.stdout.write(f"report: {page_path} (words and tables alone: report.md)\nverdicts: {verdicts_path}\n")


def with_new(study: Study, rows: Rows) -> Study:
    """The study with runs that were done since it was opened."""
    known = {row.id for row in study.rows}
    new = (row for row in rows if row.id not in known)
    return dataclasses.replace(study, rows=Rows((*study.rows, *new)))


def _rows_of(asked: Asked, rows: Rows) -> Rows:
    wanted = set(settings_asked(asked))
    return Rows(tuple(row for row in rows if row.setting in wanted))
