"""A page written by hand, of which a command replaces what stands between two marks."""

from pathlib import Path
from typing import NamedTuple


class Marks(NamedTuple):
    """The lines around what is replaced."""

    begin: str
    end: str


def marks_of(name: str) -> Marks:
    """The marks of a command."""
    return Marks(f"<!-- {name}: begin -->", f"<!-- {name}: end -->")


def around(page: Path, marks: Marks) -> tuple[str, str]:
    """What stands before and after, with the marks; the marks alone if there is no page.

    Raises:
      ValueError: the page has not both marks once.
      OSError: it cannot be read.
    """
    begin, end = marks
    if not page.exists():
        return f"{begin}\n", f"{end}\n"
    text = page.read_text("utf-8")
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise ValueError(f"{page}: must have {begin} and later {end}, once each; it has not; add them")
    return text[: text.index(begin)] + f"{begin}\n", text[text.index(end) :]
