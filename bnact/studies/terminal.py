"""Verdicts and tables on a terminal, and as plain text where the output is none."""

from collections.abc import Mapping, Sequence
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from .claim import Answer, Claim, Table, Verdict
from .report.wording import MARKS, effect_in_words, interval_in_words

STYLES: Mapping[Answer, str] = {
    "supported": "bold green",
    "refuted": "bold red",
    "undecided": "bold yellow",
}


def show_verdicts(verdicts: Sequence[Verdict], claims: Mapping[str, Claim], stream: TextIO) -> None:
    """Shows each verdict, its effect with interval and n, and a sentence.

    Args:
      verdicts: in the order they are shown.
      claims: the claim of each verdict, by id.
      stream: a terminal gets a table in colour, anything else plain lines.
    """
    if stream.isatty():
        _console(stream).print(_verdict_table(verdicts, claims))
        return
    for verdict in verdicts:
        stream.write(
            f"{verdict.verdict.upper()}: {verdict.id}: “{verdict.claim}”\n  {verdict.sentence}\n  "
            f"{_measured(verdict, claims[verdict.id], ', ')}\n"
        )


def show_table(table: Table, stream: TextIO) -> None:
    """Shows a table: in colour on a terminal, elsewhere as lines with the columns aligned.

    Args:
      table: what to show.
      stream: where.
    """
    if stream.isatty():
        _console(stream).print(_rich_table(table))
    else:
        stream.write(_aligned(table))
    for note in table.notes:
        stream.write(f"{note}\n")


def _console(stream: TextIO) -> Console:
    return Console(file=stream, highlight=False, markup=False, emoji=False)


def _measured(verdict: Verdict, claim: Claim, separator: str) -> str:
    interval = interval_in_words(verdict, claim.quantity)
    if not interval:
        return "not measured"
    effect = effect_in_words(verdict, claim.quantity)
    return separator.join((effect, interval, f"n = {verdict.n}"))


def _verdict_table(verdicts: Sequence[Verdict], claims: Mapping[str, Claim]) -> RichTable:
    table = RichTable(box=box.ROUNDED, show_lines=True, title="The verdicts", title_justify="left")
    table.add_column("verdict", no_wrap=True)
    table.add_column("effect", no_wrap=True)
    table.add_column("in words", ratio=1)
    for verdict in verdicts:
        answer = Text(f"{MARKS[verdict.verdict]} {verdict.verdict}", STYLES[verdict.verdict])
        words = Text.assemble((f"“{verdict.claim}”\n", "italic"), verdict.sentence)
        table.add_row(answer, Text(_measured(verdict, claims[verdict.id], "\n")), words)
    return table


def _rich_table(table: Table) -> RichTable:
    drawn = RichTable(box=box.SIMPLE_HEAD, title=table.caption, title_justify="left")
    for column in table.columns:
        drawn.add_column(Text(column))
    for row in table.rows:
        drawn.add_row(*(Text(cell) for cell in row))
    return drawn


def _aligned(table: Table) -> str:
    lines = [table.columns, *table.rows]
    widths = [max(len(line[position]) for line in lines) for position in range(len(table.columns))]
    text = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    return "\n".join((table.caption, *text)) + "\n"
