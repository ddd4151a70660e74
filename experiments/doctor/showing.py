"""Findings as a table on a terminal, as lines elsewhere, and as JSON for scripts."""

import json
from collections.abc import Mapping, Sequence
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .finding import Finding, Verdict

STYLES: Mapping[Verdict, str] = {
    "good": "green",
    "advice": "yellow",
    "wrong": "bold red",
    "not known": "dim",
}


def show(findings: Sequence[Finding], stream: TextIO) -> None:
    """Shows every finding, and below them what they come to.

    Args:
      findings: in the order they are shown.
      stream: a terminal gets a table in colour, anything else plain lines.
    """
    if stream.isatty():
        Console(file=stream, highlight=False, markup=False, emoji=False).print(_table(findings))
    else:
        for each in findings:
            remedy = f"\n    {each.remedy}" if each.remedy else ""
            stream.write(f"{each.verdict}: {each.name}: {each.found}{remedy}\n")
    stream.write(f"{summary(findings)}\n")


def _table(findings: Sequence[Finding]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, expand=True)
    # Folded, not cut: what is to be set must be there to copy.
    table.add_column("looked at", ratio=3, overflow="fold")
    table.add_column("found", ratio=3, overflow="fold")
    table.add_column("verdict", no_wrap=True)
    table.add_column("what to do", ratio=8, overflow="fold")
    for each in findings:
        verdict = Text(each.verdict, STYLES[each.verdict])
        table.add_row(Text(each.name), Text(each.found), verdict, Text(each.remedy))
    return table


def summary(findings: Sequence[Finding]) -> str:
    """One line: how many are wrong, and how many are advice."""
    counts = {verdict: [each.verdict for each in findings].count(verdict) for verdict in STYLES}
    wrong = f"{counts['wrong']} wrong" if counts["wrong"] else "nothing is wrong"
    return f"{wrong}; advice: {counts['advice']}; good: {counts['good']}; not known: {counts['not known']}"


def as_json(findings: Sequence[Finding]) -> str:
    """One object: whether nothing is wrong, and every finding with its four fields."""
    good = all(each.verdict != "wrong" for each in findings)
    return json.dumps({"good": good, "findings": [each._asdict() for each in findings]}, indent=2)
