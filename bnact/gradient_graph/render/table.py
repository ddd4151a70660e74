"""Rows of words in aligned columns."""

from collections.abc import Sequence
from typing import NamedTuple

COLUMNS = 110
"""How wide a table may be; words are cut for it, numbers are not."""

LEAST = 12
"""How narrow a column may become."""


class Row(NamedTuple):
    """The words of one row, and lines that stand below it."""

    words: tuple[str, ...]
    below: tuple[str, ...] = ()


def table_lines(head: Sequence[str], rows: Sequence[Row], shrinks: Sequence[int]) -> list[str]:
    """A table: words in columns two spaces apart; where it is too wide, words are cut with "...".

    Args:
      head: names of the columns.
      rows: as many words in each.
      shrinks: numbers of the columns that may be cut, to no less than `LEAST`.
    """
    every = [Row(tuple(head)), *rows]
    widths = [max(len(row.words[place]) for row in every) for place in range(len(head))]
    excess = sum(widths) + 2 * (len(widths) - 1) - COLUMNS
    while excess > 0:
        widest = max(shrinks, key=lambda place: widths[place])
        if widths[widest] <= LEAST:
            break
        widths[widest] -= 1
        excess -= 1
    lines = []
    for row in every:
        words = (_cut(word, width).ljust(width) for word, width in zip(row.words, widths, strict=True))
        lines.append("  ".join(words).rstrip())
        lines += [_cut(f"      {line}", COLUMNS) for line in row.below]
    return lines


def _cut(word: str, width: int) -> str:
    """A word with its middle left out where it is too long: names of a tree's arrays differ at their ends."""
    if len(word) <= width:
        return word
    begin = (width - 3) // 3
    return f"{word[:begin]}...{word[len(word) - (width - 3 - begin) :]}"
