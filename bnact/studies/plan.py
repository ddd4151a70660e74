"""The order of work: one cell at a time, each program compiled once, the cheap ones first."""

from collections.abc import Callable, Iterable, Set
from typing import NamedTuple

from bnact.distributed import Arrangement
from bnact.studies.identity import setting_id
from bnact.studies.pace import Pace
from bnact.training import arrangement_for
from bnact.training.setting import Program, Setting

Arrange = Callable[[Program, int], Arrangement]
"""The layout of so many runs of a program on the devices at hand."""


class Cell(NamedTuple):
    """One call of training: a population that differs in learning rate and seed alone.

    Attributes:
      lanes: the runs of the cell that the study lacks.
      compiles: whether it is the first of its program and size of a call, which is then compiled.
      arrangement: how the devices share all runs of the cell, those that are stored too: on an accelerator
        it depends on how many there are, and with it the program, whose last bits may differ.
    """

    lanes: tuple[Setting, ...]
    compiles: bool
    arrangement: Arrangement

    @property
    def work(self) -> float:
        """Expected cost of its arithmetic, proportional to the number of multiplications."""
        return population_work(self.lanes)


class Plan(NamedTuple):
    """What is left to do.

    Attributes:
      cells: in the order of work; none is left out or done twice.
      runs: all runs of the study.
      stored: how many of them are stored already.
      pace: of earlier studies on such devices, if it is known.
    """

    cells: tuple[Cell, ...]
    runs: int
    stored: int
    pace: Pace | None = None


def population_work(lanes: tuple[Setting, ...]) -> float:
    """Hidden layers * width^2 * batch size * steps * runs: the multiplications of a population."""
    first = lanes[0]
    return float(first.depth * first.width**2 * first.batch_size * first.steps * len(lanes))


def _populations(settings: Iterable[Setting]) -> list[tuple[Setting, ...]]:
    cells: dict[Setting, list[Setting]] = {}
    for setting in settings:
        cells.setdefault(setting.cell, []).append(setting)
    # The order in which a person names learning rates must not change a number.
    return [tuple(sorted(lanes, key=lambda s: (s.learning_rate, s.seed))) for lanes in cells.values()]


def _cheap_first(populations: list[tuple[Setting, ...]]) -> list[tuple[Setting, ...]]:
    """Programs by their cheapest population, populations of a program together, then by size and cost."""
    cheapest: dict[Program, float] = {}
    for lanes in populations:
        program = lanes[0].program
        cheapest[program] = min(population_work(lanes), cheapest.get(program, float("inf")))
    return sorted(
        populations,
        key=lambda lanes: (cheapest[lanes[0].program], lanes[0].program, len(lanes), population_work(lanes)),
    )


def plan(settings: Iterable[Setting], stored: Set[str], arrange: Arrange = arrangement_for) -> Plan:
    """Groups what must be compiled apart, lays it out on the devices, and orders the work that is left.

    Args:
      settings: all runs of the study; a repeated one counts once.
      stored: identities of the runs that are done, see `setting_id`.
      arrange: the layout of a population.

    Returns:
      The plan: every cell that lacks a run, laid out as if it lacked all of them.
    """
    distinct = tuple(dict.fromkeys(settings))
    done = {setting for setting in distinct if setting_id(setting) in stored}
    cells: list[Cell] = []
    compiled: set[tuple[Program, Arrangement]] = set()
    for population in _cheap_first(_populations(distinct)):
        lanes = tuple(setting for setting in population if setting not in done)
        if lanes:
            arrangement = arrange(population[0].program, len(population))
            program = (population[0].program, arrangement)
            cells.append(Cell(lanes, program not in compiled, arrangement))
            compiled.add(program)
    return Plan(tuple(cells), len(distinct), len(done))
