"""The error for a name that nothing has."""

from collections.abc import Collection

from bnact.numerics import nearest_names


def unknown(rule: str, name: str, names: Collection[str]) -> ValueError:
    """The error for a name that is none of those there are.

    Args:
      rule: what was called and what the name must be.
      name: what came.
      names: those there are.

    Returns:
      A ValueError with the rule, the name, and the nearest three of the names, or all if none is near.
    """
    near = nearest_names(name, names)
    instead = f"nearest: {', '.join(near)}" if near else f"use one of {', '.join(names)}"
    return ValueError(f"{rule}; got {name!r}; {instead}")
