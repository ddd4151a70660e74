"""Tables of Markdown."""

from collections.abc import Iterable, Sequence

from .entry import Entry


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table.

    Args:
      heads: of the columns.
      rows: the cells of each; a bar in one is escaped.
    """
    lines = [heads, *rows]
    written = ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]
    return [written[0], "|" + "---|" * len(heads), *written[1:]]


def by_property(entries: Sequence[Entry], properties: Iterable[str], head: str) -> list[str]:
    """The lines of a table from each property to the entries that have it.

    Args:
      entries: of the catalogue.
      properties: the names, in order.
      head: of the second column: what the entries are.
    """
    return table(("property", head), ((name, _having(entries, name)) for name in properties))


def _having(entries: Sequence[Entry], name: str) -> str:
    return ", ".join(f"`{entry.name}`" for entry in entries if name in entry.properties)
