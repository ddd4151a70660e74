"""The one rule for the size of a batch that is normalized by its own statistics, and for whole numbers."""

import operator
from typing import Any


def check_batch_size(name: str, batch_size: int) -> int:
    """The size of a batch that can be normalized, as an int.

    Args:
      name: of the function that was called, for the message.
      batch_size: what it was called with.

    Returns:
      The size.

    Raises:
      ValueError: not an integer of at least 2.
    """
    size = whole_number(batch_size)
    if size is None or size < 2:
        raise ValueError(
            f"{name}: batch_size must be an integer of at least 2; got {batch_size!r}; "
            "a single example has no spread to be normalized by"
        )
    return size


def whole_number(given: Any) -> int | None:
    """The integer that is given, by Python or by an array library; None for a float, a bool or no number."""
    if isinstance(given, bool):
        return None
    try:
        return operator.index(given)
    except TypeError:
        return None
