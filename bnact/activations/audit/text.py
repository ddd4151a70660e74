"""An audit as text."""

import math
from collections.abc import Sequence

from .row import Row, Run

_HEADINGS = ("dtype", "of", "points", "limit", "worst", "beyond", "not finite", "at x", "got", "truth")
_SHOWN = 3
"""Intervals of a row."""


def text(name: str, reference: str, rows: Sequence[Row]) -> str:
    """A table of the rows, what else is to be said of them, and where they are wrong."""
    table = [_HEADINGS, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [
        f"{name}, held against {reference}",
        "",
        *(_line(cells, widths) for cells in table),
        "",
        "worst: error of a finite result in units of the last place; beyond: points beyond the limit",
    ]
    lines += [f"{row.dtype} becomes {row.returned}" for row in rows if _changes(row)]
    if any(row.runs for row in rows):
        lines += ["", "wrong where:", *(_where(row) for row in rows if row.runs)]
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, ...]:
    counts = (f"{row.beyond:,}", f"{row.not_finite:,}")
    numbers = (row.at, row.got, row.truth)
    return (
        row.dtype,
        row.quantity,
        f"{row.points:,}",
        f"{row.limit:g}",
        f"{row.worst:.3g}",
        *counts,
        *(f"{number:.3g}" for number in numbers),
    )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    words = [cell.ljust(width) for cell, width in zip(cells[:2], widths[:2], strict=True)]
    numbers = [cell.rjust(width) for cell, width in zip(cells[2:], widths[2:], strict=True)]
    return "  ".join([*words, *numbers]).rstrip()


def _changes(row: Row) -> bool:
    return row.quantity == "value" and row.returned != row.dtype


def _where(row: Row) -> str:
    shown = "; ".join(map(_words, row.runs[:_SHOWN]))
    more = f"; and {len(row.runs) - _SHOWN:,} more" if len(row.runs) > _SHOWN else ""
    return _folded(f"{row.dtype} {row.quantity}: {shown}{more}")


def _words(run: Run) -> str:
    place = f"x = {run.low:.3g}" if run.low == run.high else f"{run.low:.3g} to {run.high:.3g}"
    error = "not finite" if math.isinf(run.worst) else f"{run.worst:.3g} units"
    return f"{place} ({run.points:,}, {error})"


def _folded(sentence: str, width: int = 96) -> str:
    if len(sentence) <= width:
        return f"  {sentence}"
    cut = sentence.rindex(" ", 0, width)
    return f"  {sentence[:cut]}\n  {_folded(sentence[cut + 1 :])}"
