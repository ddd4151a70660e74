"""The data in the last hidden layer of trained networks: dimensions, and how well classes separate."""

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from bnact import data
from bnact.probes import participation_ratio
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import Pair, TunedCell, has_diverged, pair_of, paired_differences
from bnact.training.log import Log
from bnact.training.representation import REPRESENTED_EXAMPLES
from experiments.claims.activations import REPRESENTATIVES
from experiments.claims.chosen import BEFORE, NONE, cell_of, depth_label, depths_of

NO_DIMENSIONS = 1e-3
"""What a layer counts that is the same for every example: none has no logarithm."""

COMPARED = (NONE, BEFORE)
"""Where the norm stands in the networks that are compared."""


class Network(NamedTuple):
    """A pair at a depth; "tanh, no norm, depth 8" in words."""

    pair: Pair
    depth: int

    def __str__(self) -> str:
        return f"{self.pair.label}, {depth_label(self.depth)}"


def last_participation(log: Log) -> float:
    """Participation ratio of the last hidden layer after training."""
    return float(np.asarray(log.participation_ratio)[-1, -1])


def first_participation(log: Log) -> float:
    """The same before training."""
    return float(np.asarray(log.participation_ratio)[0, -1])


def last_dimension(log: Log) -> float:
    """Intrinsic dimension of the last hidden layer after training."""
    return float(np.asarray(log.intrinsic_dimension)[-1, -1])


def last_separability(log: Log) -> float:
    """Separability of the last hidden layer after training, a share."""
    return float(np.asarray(log.separability)[-1, -1])


def first_separability(log: Log) -> float:
    """The same before training."""
    return float(np.asarray(log.separability)[0, -1])


def representing_cells(rows: Rows) -> tuple[TunedCell, ...]:
    """Every activation, place of the norm and depth that was run, at its best learning rate."""
    found = (
        cell_of(rows, Pair(activation, *place), depth)
        for place in COMPARED
        for depth in depths_of(rows)
        for activation in REPRESENTATIVES
    )
    return tuple(cell for cell in found if cell is not None)


def network_of(cell: TunedCell) -> Network:
    """Which network a cell trained."""
    return Network(pair_of(cell.setting), cell.setting.depth)


@functools.cache
def dimensions_of_inputs(name: str) -> float:
    """Participation ratio of as many training examples of a dataset as a log looks at."""
    return float(participation_ratio(jnp.asarray(data.load(name).train.inputs[:REPRESENTED_EXAMPLES])))


def log_ratios(cell: TunedCell) -> np.ndarray:
    """(n,) logarithm of the last layer's participation ratio over that of the inputs, a run each.

    The ratio of a layer that is the same for every example is NaN, and counts as `NO_DIMENSIONS`.
    """
    ratios = [last_participation(row.log) for row in cell.rows if not has_diverged(row.log)]
    found = np.nan_to_num(np.array(ratios), nan=NO_DIMENSIONS)
    return np.log(found / dimensions_of_inputs(cell.setting.data)) if len(found) else found


def _counted(cell: TunedCell, measure: Callable[[Log], float]) -> dict[int, float]:
    """A number of each run that did not diverge and has it, by seed."""
    found = {row.setting.seed: measure(row.log) for row in cell.rows if not has_diverged(row.log)}
    return {seed: value for seed, value in found.items() if np.isfinite(value)}


def function_differences(cells: Sequence[TunedCell]) -> dict[Network, np.ndarray]:
    """Separability of each activation minus that of ReLU with the same norm and depth, paired by seed."""
    found = {}
    of_relu = {
        (cell.setting.norm, cell.setting.depth): _counted(cell, last_separability)
        for cell in cells
        if cell.setting.activation == "relu"
    }
    for cell in cells:
        reference = of_relu.get((cell.setting.norm, cell.setting.depth), {})
        differences = paired_differences(_counted(cell, last_separability), reference)
        if cell.setting.activation != "relu" and len(differences):
            found[network_of(cell)] = differences
    return found
