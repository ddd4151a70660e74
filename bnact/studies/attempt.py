"""Training a population that may raise."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from bnact.distributed import Arrangement
from bnact.studies.failures import Failure, failure
from bnact.training import Population
from bnact.training.log import Log
from bnact.training.setting import Setting

Train = Callable[[Sequence[Setting], Arrangement], Population]
"""Trains the runs of one cell in that arrangement, or in a smaller one where memory does not suffice.

A MemoryError says that it suffices for none.
"""


class Attempt(NamedTuple):
    """What came of a population.

    Attributes:
      logs: of the runs that finished, also of those that diverged.
      failures: the others.
      arrangement: in which it was trained, or was to be.
      too_large: whether memory did not suffice for it in any layout.
      compiled: whether its program was compiled for it; None where it failed.
    """

    logs: Mapping[Setting, Log]
    failures: tuple[Failure, ...]
    arrangement: Arrangement
    too_large: bool
    compiled: bool | None


def attempt(train: Train, lanes: Sequence[Setting], arrangement: Arrangement) -> Attempt:
    """Trains a population; an error becomes a failure of each of its runs.

    Args:
      train: trains the runs of one cell.
      lanes: the population, at least one run.
      arrangement: how the devices share its runs.

    Returns:
      The logs or the failures of all lanes.
    """
    try:
        population = train(lanes, arrangement)
        if len(population.logs) != len(lanes):
            raise ValueError(
                f"train: there must be a log for each setting; got {len(population.logs)} for {len(lanes)} "
                "settings"
            )
    except Exception as error:
        failures = tuple(failure(setting, error) for setting in lanes)
        return Attempt({}, failures, arrangement, isinstance(error, MemoryError), None)
    logs = dict(zip(lanes, population.logs, strict=True))
    return Attempt(logs, (), population.arrangement, False, population.compiled)
