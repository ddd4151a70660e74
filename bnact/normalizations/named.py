"""What a table of norms holds under a name, or the error that names the nearest."""

from collections.abc import Mapping
from typing import TypeVar

from bnact.numerics.nearest_names import nearest_names

Entry = TypeVar("Entry")


def named(vocabulary: str, table: Mapping[str, Entry], name: str) -> Entry:
    """The entry of that name.

    Args:
      vocabulary: what the table is called, for the error message.
      table: entries by name.
      name: the one wanted.

    Returns:
      Entry of the table.

    Raises:
      ValueError: there is none of that name; the nearest are named, if any is near. Or the name comes with
        settings, as activations' do.
    """
    if isinstance(name, str) and name in table:
        return table[name]
    called = str(name).split("(")[0]
    if called in table:
        raise ValueError(
            f"{vocabulary}: a name must come without settings; got {name!r}; use {called!r}, and give the "
            f"settings to what is found under it"
        )
    nearest = nearest_names(str(name), table)
    raise ValueError(
        f"{vocabulary}: name must be one of {', '.join(table)}; got {name!r}; "
        f"use {' or '.join(map(repr, nearest)) or 'one of these'}"
    )
