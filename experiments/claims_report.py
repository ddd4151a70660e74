"""Verdicts on a terminal, in verdicts.json, report.html and report.md: where every study of claims ends."""

import sys
from collections.abc import Sequence
from pathlib import Path

from bnact.studies import write_atomically
from bnact.studies.matrix import Decided
from bnact.studies.report import Page, html, markdown
from bnact.studies.terminal import show_verdicts
from bnact.studies.verdicts import verdicts_json


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
