"""Findings as a table in colour."""

from collections.abc import Mapping, Sequence
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .finding import Finding, Verdict


def show_table(findings: Sequence[Finding], styles: Mapping[Verdict, str], stream: TextIO) -> None:
    """Shows a row for every finding; `styles` has the verdicts' colours."""
    table = Table(box=box.SIMPLE_HEAD, expand=True)
    # Folded, not cut: what is to be set must be there to copy.
    table.add_column("looked at", ratio=3, overflow="fold")
    table.add_column("found", ratio=3, overflow="fold")
    table.add_column("verdict", no_wrap=True)
    table.add_column("what to do", ratio=8, overflow="fold")
    for each in findings:
        verdict = Text(each.verdict, styles[each.verdict])
        table.add_row(Text(each.name), Text(each.found), verdict, Text(each.remedy))
    Console(file=stream, highlight=False, markup=False, emoji=False).print(table)
