"""How much faster networks learn with batch norm in their hidden layers, each at its fastest rate."""

from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import Pair
from experiments.claims.activations import REPRESENTATIVES
from experiments.claims.chosen import BEFORE, NONE, ActivationAt, cells_by_pair, depths_of, runs_of

from .fastest_rate import fastest_cell
from .speedup import Speedup, speedup_of
from .time_to_target import target_of

PAIRS = tuple(Pair(name, *place) for name in REPRESENTATIVES for place in (NONE, BEFORE))


def found_speedups(rows: Rows) -> tuple[Speedup[ActivationAt], ...]:
    """The speed-up of every activation and depth that was run with and without batch norm."""
    target, found = deciding_target(rows), []
    for name in REPRESENTATIVES:
        for depth in depths_of(rows):
            cells = [fastest_cell(runs_of(rows, Pair(name, *at), depth), target) for at in (NONE, BEFORE)]
            pair = [cell for cell in cells if cell is not None]
            if len(pair) == 2:
                found.append(speedup_of(ActivationAt(name, depth), pair[0], pair[1], target))
    return tuple(each for each in found if len(each.low))


def deciding_target(rows: Rows) -> float:
    """The target, set by all networks of the claim at every depth."""
    return target_of(cell for cells in cells_by_pair(rows, PAIRS).values() for cell in cells)
