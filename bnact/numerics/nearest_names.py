"""The names that a misspelt one may have meant."""

import difflib
from collections.abc import Collection

_NEAREST = 3
_ALIKE = 0.5


def nearest_names(name: str, names: Collection[str]) -> tuple[str, ...]:
    """The names that are spelt most like one that is not among them.

    Args:
      name: what came; upper and lower case count as the same.
      names: those there are.

    Returns:
      At most three of the names, the nearest first; none if none is near.
    """
    spelt = {each.lower(): each for each in names}
    near = difflib.get_close_matches(name.lower(), spelt, n=_NEAREST, cutoff=_ALIKE)
    return tuple(spelt[each] for each in near)
