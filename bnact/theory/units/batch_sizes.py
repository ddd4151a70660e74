"""The sizes of a batch that can be normalized by its own statistics."""

from bnact.theory.evaluation import whole_number

LEAST_BATCH = 4
"""From here on the mean inverse variance of a batch is finite, and with it the mean of a squared gradient."""


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


def normalizing_batch(what: str, batch_size: int | None) -> int | None:
    """The batch size, refused if the mean inverse variance of a batch is infinite."""
    if batch_size is None:
        return None
    size = whole_number(batch_size)
    if size is None or size < LEAST_BATCH:
        raise ValueError(
            f"{what}: batch_size must be an integer of at least {LEAST_BATCH}, since the mean inverse "
            f"variance of 3 or fewer normal values is infinite; got {batch_size!r}; use {LEAST_BATCH} or "
            "more, or None for an infinite batch"
        )
    return size
