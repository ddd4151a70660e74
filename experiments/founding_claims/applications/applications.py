"""The same networks in several applications: a task, a depth and a width, each varied alone."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from bnact.studies.claim import Scale
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import Pair, TunedCell, test_accuracy, tuned_cell
from bnact.training.setting import Setting
from experiments.claims.activations import REPRESENTATIVES
from experiments.claims.chosen import AFTER, BEFORE
from experiments.claims.scale import TASKS, WIDTH, settings_of

NARROW = 16
NETWORKS = tuple(Pair(name, *place) for name in REPRESENTATIVES for place in (BEFORE, AFTER))

VARIED = ("tasks", "depths", "widths")


class Application(NamedTuple):
    """What the networks are used for and how large they are."""

    data: str
    depth: int
    width: int

    @property
    def label(self) -> str:
        """As a person says it: "digits, depth 8, width 64"."""
        return f"{self.data}, depth {self.depth}, width {self.width}"


class Ranked(NamedTuple):
    """Applications that differ in one thing, and what the networks reach in each.

    Attributes:
      varied: "tasks", "depths" or "widths".
      applications: two or more.
      accuracies: (applications, seeds, networks) test accuracies at the best learning rates.
    """

    varied: str
    applications: tuple[Application, ...]
    accuracies: np.ndarray


def applications_at(scale: Scale) -> tuple[Application, ...]:
    """Every task at the smallest depth, and of the first task another depth and another width.

    Args:
      scale: its own task is left aside, since the tasks are what is compared.
    """
    shallow = min(scale.depths)
    return tuple(
        dict.fromkeys(
            (
                *(Application(task, shallow, WIDTH) for task in TASKS),
                Application(TASKS[0], max(scale.depths), WIDTH),
                Application(TASKS[0], shallow, NARROW),
            )
        )
    )


def settings_at(scale: Scale) -> tuple[Setting, ...]:
    """Every network in every application, at the rates and seeds of a scale."""
    return tuple(
        setting
        for each in applications_at(scale)
        for setting in settings_of(
            scale._replace(data=each.data, depths=(each.depth,)), REPRESENTATIVES, widths=(each.width,)
        )
    )


def found_in(rows: Rows) -> tuple[Application, ...]:
    """The applications among the runs, in their order."""
    settings = (row.setting for row in rows)
    return tuple(dict.fromkeys(Application(each.data, each.depth, each.width) for each in settings))


def groups_of(applications: Sequence[Application]) -> dict[str, tuple[Application, ...]]:
    """For what is varied alone, the applications that differ in it from the first task's base network.

    The base is the first task's shallowest network of the largest width.

    Args:
      applications: any.

    Returns:
      Groups of two or more; none without the first task.
    """
    of_first = [each for each in applications if each.data == TASKS[0]]
    if not of_first:
        return {}
    base = min(of_first, key=lambda each: (each.depth, -each.width))
    groups = {
        "tasks": [each for each in applications if each[1:] == base[1:]],
        "depths": [each for each in of_first if each.width == base.width],
        "widths": [each for each in of_first if each.depth == base.depth],
    }
    return {varied: tuple(group) for varied, group in groups.items() if len(group) > 1}


def cells_in(rows: Rows, application: Application) -> Mapping[Pair, TunedCell]:
    """The networks that were run in an application, each at its best learning rate."""
    own = rows.select(**application._asdict())
    cells = {
        pair: tuned_cell(own.select(activation=pair.activation, norm=pair.norm, order=pair.order))
        for pair in NETWORKS
    }
    return {pair: cell for pair, cell in cells.items() if cell is not None}


def ranked_groups(rows: Rows) -> tuple[Ranked, ...]:
    """The groups of applications with what their networks reach, on the networks and seeds that all have.

    Args:
      rows: of the claim.

    Returns:
      The groups in the order of `VARIED`; their arrays may be empty.
    """
    cells = {each: cells_in(rows, each) for each in found_in(rows)}
    return tuple(
        Ranked(varied, group, _accuracies([cells[each] for each in group]))
        for varied, group in groups_of(tuple(cells)).items()
    )


def _accuracies(cells: Sequence[Mapping[Pair, TunedCell]]) -> np.ndarray:
    networks = [pair for pair in NETWORKS if all(pair in each for each in cells)]
    measured = [[each[pair].measured(test_accuracy) for pair in networks] for each in cells]
    by_seed = [found for each in measured for found in each]
    seeds = sorted(set.intersection(*map(set, by_seed))) if by_seed else []
    values = [[[found[seed] for found in each] for seed in seeds] for each in measured]
    return np.array(values).reshape(len(cells), len(seeds), len(networks))
