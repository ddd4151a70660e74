"""What a claim looks at: cells at their best learning rate, side by side and seed by seed."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from bnact.studies.counted import counted
from bnact.studies.report.architecture_words import layer_noun
from bnact.studies.report.figures import Line
from bnact.studies.report.palette import style_of
from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import Pair, TunedCell, paired_differences, test_accuracy, tuned_cell

BEFORE, AFTER, NONE = ("batch", "before"), ("batch", "after"), ("none", "before")
PLACES = {"no norm": NONE, "batch norm before": BEFORE, "batch norm after": AFTER}
"""Of the norm, as a person calls them."""


class AtDepth(NamedTuple):
    """What is compared at a depth; "depth 8" in words."""

    depth: int

    def __str__(self) -> str:
        return depth_label(self.depth)


class ActivationAt(NamedTuple):
    """What is compared of an activation at a depth; "relu, depth 8" in words."""

    activation: str
    depth: int

    def __str__(self) -> str:
        return f"{self.activation}, {depth_label(self.depth)}"


class Placed(NamedTuple):
    """What is compared of networks with the norm in one of `PLACES`; "no norm, depth 8" in words."""

    place: str
    depth: int

    def __str__(self) -> str:
        return f"{self.place}, {depth_label(self.depth)}"


def depths_of(rows: Rows) -> tuple[int, ...]:
    """The depths among the runs."""
    return tuple(sorted({row.setting.depth for row in rows}))


def cell_of(rows: Rows, pair: Pair, depth: int, kill: str = "none") -> TunedCell | None:
    """A pair at a depth, at its best learning rate; None if it was not run."""
    return tuned_cell(runs_of(rows, pair, depth).select(kill=kill))


def runs_of(rows: Rows, pair: Pair, depth: int) -> Rows:
    """The runs of a pair at a depth, at every learning rate."""
    return rows.select(activation=pair.activation, norm=pair.norm, order=pair.order, depth=depth)


def accuracy_differences(rows: Rows, first: Pair, second: Pair) -> dict[AtDepth, np.ndarray]:
    """Test accuracy of the first pair minus that of the second, paired by seed, for every depth.

    Args:
      rows: of the claim.
      first, second: what is compared.

    Returns:
      For each depth, (n,) differences; a depth that either pair lacks is left out.
    """
    found = {}
    for depth in depths_of(rows):
        cells = cell_of(rows, first, depth), cell_of(rows, second, depth)
        if cells[0] is not None and cells[1] is not None:
            differences = paired_differences(*(cell.measured(test_accuracy) for cell in cells if cell))
            if len(differences):
                found[AtDepth(depth)] = differences
    return found


def depth_label(depth: int) -> str:
    """How a depth is called in tables and figures."""
    return f"depth {depth}"


def lines_by_depth(rows: Rows, pairs: Sequence[Pair]) -> dict[str, list[Line]]:
    """For every depth, a line for each pair that was run there."""
    return {
        counted(depth, layer_noun({row.setting.architecture for row in rows}, "layer or block")): [
            Line(pair.label, style_of(pair), cell)
            for pair in pairs
            if (cell := cell_of(rows, pair, depth)) is not None
        ]
        for depth in depths_of(rows)
    }


def cells_by_pair(rows: Rows, pairs: Sequence[Pair]) -> Mapping[Pair, tuple[TunedCell, ...]]:
    """For every pair, its cells from the shallowest to the deepest."""
    found = {pair: tuple(cell_of(rows, pair, depth) for depth in depths_of(rows)) for pair in pairs}
    return {pair: tuple(cell for cell in cells if cell is not None) for pair, cells in found.items()}
