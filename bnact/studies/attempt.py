"""Training a population that may raise, or not fit into memory."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from bnact.studies.failures import Failure, failure
from bnact.training.log import Log
from bnact.training.setting import Setting

Train = Callable[[Sequence[Setting]], Sequence[Log]]
"""Trains the runs of one cell; logs in the order of the settings."""


class Attempt(NamedTuple):
    """What came of a population.

    Attributes:
      logs: of the runs that finished, also of those that diverged.
      failures: the others.
    """

    logs: Mapping[Setting, Log]
    failures: tuple[Failure, ...]


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the error says that memory did not suffice, in Python or on the device."""
    return isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in str(error)


def _trained(train: Train, lanes: Sequence[Setting]) -> Attempt:
    logs = train(lanes)
    if len(logs) != len(lanes):
        raise ValueError(
            f"train: there must be a log for each setting; got {len(logs)} for {len(lanes)} settings"
        )
    return Attempt(dict(zip(lanes, logs, strict=True)), ())


def attempt(train: Train, lanes: Sequence[Setting]) -> Attempt:
    """Trains a population; where memory does not suffice, its halves, down to single runs.

    Args:
      train: trains the runs of one cell.
      lanes: the population, at least one run.

    Returns:
      The logs and the failures; together they are all lanes.
    """
    try:
        return _trained(train, lanes)
    except Exception as error:
        if len(lanes) == 1 or not is_out_of_memory(error):
            return Attempt({}, tuple(failure(setting, error) for setting in lanes))
    # Outside the handler: the error's frames hold arrays, and the halves need their memory.
    half = len(lanes) // 2
    first, second = attempt(train, lanes[:half]), attempt(train, lanes[half:])
    return Attempt({**first.logs, **second.logs}, first.failures + second.failures)
