"""The one rule for the size of a batch that is normalized by its own statistics."""


def check_batch_size(name: str, batch_size: int) -> None:
    """Refuses what is no size of a batch that can be normalized.

    Args:
      name: of the function that was called, for the message.
      batch_size: what it was called with.

    Raises:
      ValueError: not an integer of at least 2.
    """
    if isinstance(batch_size, bool) or not isinstance(batch_size, int) or batch_size < 2:
        raise ValueError(
            f"{name}: batch_size must be an integer of at least 2; got {batch_size!r}; "
            "a single example has no spread to be normalized by"
        )
