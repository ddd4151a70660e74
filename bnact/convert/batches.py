"""The batches on which two libraries are compared."""

from collections.abc import Sequence

from bnact.types import Array


def check_batches(batches: Sequence[Array]) -> None:
    """Nothing, or an error unless it is a list of arrays, each with a value.

    Raises:
      TypeError: it is one array.
      ValueError: there is no batch, or an empty one.
    """
    shape = getattr(batches, "shape", None)
    if shape is not None:
        raise TypeError(
            f"training_agreement: batches must be a list of arrays; got one array of shape {shape}; use "
            f"[batches], or list(batches) where its first axis counts batches"
        )
    if not batches:
        raise ValueError("training_agreement: there must be a batch; got none; use a list of arrays")
    for batch in batches:
        check_filled("training_agreement", batch)


def check_filled(caller: str, x: Array) -> None:
    """Nothing, or a ValueError unless x holds a value."""
    if x.size == 0:
        raise ValueError(
            f"{caller}: a batch must hold a value, or there is nothing to compare; got shape {x.shape}; use "
            f"at least one example"
        )
