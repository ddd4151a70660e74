"""The networks and inputs of the claim on features of very different scale, and what they are faster than."""

from collections.abc import Mapping
from typing import NamedTuple

from bnact.studies.rows import Rows
from bnact.studies.tuned_cell import TunedCell, tuned_cell
from bnact.training.setting import Setting

from .fastest_rate import fastest_cell
from .speedup import Speedup, speedup_of
from .time_to_target import target_of

MIXED = "-mixed"
FIRST_LAYER, PLAIN = "normalized_input_mlp", "mlp"
"""A batch norm as the first layer is an architecture of its own: of plain networks, and of no others."""
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


def found_speedups(rows: Rows) -> tuple[Speedup[str], ...]:
    """Every comparison whose two networks were run."""
    target, found = common_target(rows), []
    for label, (slow, fast) in PAIRS.items():
        cells = [fastest(rows, NETWORKS[name], target) for name in (slow, fast)]
        pair = [cell for cell in cells if cell is not None]
        if len(pair) == 2:
            found.append(speedup_of(label, pair[0], pair[1], target))
    return tuple(each for each in found if len(each.low))


def common_target(rows: Rows) -> float:
    """The target, set by all networks: two that learn nothing would set one that chance reaches."""
    cells = (tuned_cell(_of_network(rows, network)) for network in NETWORKS.values())
    return target_of(cell for cell in cells if cell is not None)


def fastest(rows: Rows, network: Network, target: float) -> TunedCell | None:
    """A network, each seed at the rate that is fastest for the others; None if it was not run."""
    return fastest_cell(_of_network(rows, network), target)


def _of_network(rows: Rows, network: Network) -> Rows:
    return Rows(tuple(row for row in rows if network_of(row.setting) == network))
