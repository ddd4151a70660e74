"""The networks and inputs of the claim on features of very different scale, and what they are faster than."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import TunedCell, cell_by, validation_accuracy
from bnact.training.setting import Setting

from .speedup import Speedup, speedup_of
from .time_to_target import SHARE, mean_steps

MIXED = "-mixed"
FIRST_LAYER = "normalized_input_mlp"
RATES = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.03, 0.1, 0.3)


class Network(NamedTuple):
    """Which inputs a ReLU network is given, its norm, and whether a batch norm is its first layer."""

    mixed: bool
    norm: str
    norm_first: bool = False


NETWORKS: Mapping[str, Network] = {
    "mixed features": Network(True, "none"),
    "normalized features": Network(False, "none"),
    "mixed features, batch norm first": Network(True, "none", norm_first=True),
    "mixed features, batch norm inside": Network(True, "batch"),
    "normalized features, batch norm inside": Network(False, "batch"),
}

DECIDING = "normalized features"
PAIRS = {
    DECIDING: ("mixed features", "normalized features"),
    "batch norm first": ("mixed features", "mixed features, batch norm first"),
    "normalized, with norm inside": (
        "mixed features, batch norm inside",
        "normalized features, batch norm inside",
    ),
}
"""What is compared: by its name, the network that ought to be slower and the one that ought to be faster."""


def network_of(setting: Setting) -> Network:
    """Which of the networks a setting trains."""
    return Network(setting.data.endswith(MIXED), setting.norm, setting.architecture == FIRST_LAYER)


def found_speedups(rows: Rows) -> tuple[Speedup, ...]:
    """Every comparison whose two networks were run."""
    target, found = target_of(rows), []
    for label, (slow, fast) in PAIRS.items():
        cells = [fastest(rows, NETWORKS[name], target) for name in (slow, fast)]
        pair = [cell for cell in cells if cell is not None]
        if len(pair) == 2:
            found.append(speedup_of(label, pair[0], pair[1], target))
    return tuple(each for each in found if len(each.low))


def target_of(rows: Rows) -> float:
    """0.95 times the best mean final validation accuracy of any network; NaN if none has learnt anything."""
    best = max((_final(cell) for cell in _best_cells(rows).values()), default=0.0)
    return SHARE * best if best > 0.0 else float("nan")


def fastest(rows: Rows, network: Network, target: float) -> TunedCell | None:
    """A network at the rate with the fewest mean steps to the target; None if it was not run.

    Of rates that are equally fast, as all are where no run ever gets there, the one that ends most accurate.
    """

    def score(at_rate: Rows) -> float:
        # Less than any difference in steps that is not one of rounding.
        tie = 1e-6 * float(np.mean(_finals(at_rate)))
        return tie - mean_steps([row.log for row in at_rate], target)

    return cell_by(_of_network(rows, network), score)


def _of_network(rows: Rows, network: Network) -> Rows:
    return Rows(tuple(row for row in rows if network_of(row.setting) == network))


def _best_cells(rows: Rows) -> dict[str, TunedCell]:
    found = {
        name: cell_by(_of_network(rows, network), lambda at_rate: float(np.mean(_finals(at_rate))))
        for name, network in NETWORKS.items()
    }
    return {name: cell for name, cell in found.items() if cell is not None}


def _finals(rows: Rows) -> list[float]:
    return [validation_accuracy(row.log) for row in rows]


def _final(cell: TunedCell) -> float:
    return float(cell.over_seeds(validation_accuracy).mean())
