"""What the maps are made of: the networks, their weight variances, and how much each is trained."""

import itertools
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from bnact.studies import Pair, check_setting
from bnact.studies.claim import Scale
from bnact.training.setting import Setting

STUDY = "trainability_map"
DATA, CLASSES = "digits", 10
WIDTH, BATCH_SIZE = 64, 64

WeightVariances = Mapping[Pair, tuple[float, ...]]
"""For every pair, the variances of a weight times its fan-in that its map shows."""


class Maps(NamedTuple):
    """A whole study.

    Attributes:
      weight_variances: the networks.
      scale: how much of them is trained.
    """

    weight_variances: WeightVariances
    scale: Scale

    @property
    def places(self) -> tuple[tuple[Pair, float], ...]:
        """Every pair with every weight variance of its map."""
        return tuple((pair, each) for pair, variances in self.weight_variances.items() for each in variances)


# Without a norm the variances lie around the edge of chaos: near 1 for tanh, 2 for relu and its kin, 100 for
# sigmoid. A norm before the activation divides them out, so that two say all; after it most matter again.
DEFAULT = Maps(
    MappingProxyType(
        {
            Pair("tanh", "none"): (0.45, 0.65, 0.8, 0.95, 1.2, 2.5, 4.0, 7.0),
            Pair("relu", "none"): (0.7, 1.0, 1.4, 1.8, 2.0, 2.2, 2.7, 3.5),
            Pair("gelu", "none"): (1.2, 1.8, 2.1, 2.5, 3.5),
            Pair("silu", "none"): (1.5, 2.3, 2.8, 3.8),
            Pair("selu", "none"): (0.3, 0.5, 0.8, 1.3, 2.0, 3.0),
            Pair("sigmoid", "none"): (8.0, 30.0, 70.0, 130.0, 200.0),
            Pair("tanh", "batch", "before"): (1.0, 4.0),
            Pair("relu", "batch", "before"): (1.0, 4.0),
            Pair("gelu", "batch", "before"): (1.0, 4.0),
            Pair("sigmoid", "batch", "before"): (1.0, 4.0),
            Pair("tanh", "batch", "after"): (0.5, 1.5, 4.0, 10.0),
            Pair("relu", "batch", "after"): (1.0, 4.0),
            Pair("tanh", "layer", "before"): (1.0, 4.0),
            Pair("relu", "layer", "before"): (1.0, 4.0),
            Pair("sigmoid", "layer", "before"): (1.0, 4.0),
            Pair("tanh", "layer", "after"): (0.5, 1.5, 4.0, 10.0),
            Pair("sigmoid", "rms", "after"): (8.0, 30.0, 100.0),
        }
    ),
    Scale(seeds=3, steps=150, learning_rates=(0.001, 0.01, 0.1), depths=(4, 8, 16, 32, 64)),
)
QUICK = Maps(
    MappingProxyType(
        {
            Pair("tanh", "none"): (0.5, 1.0, 3.0, 8.0),
            Pair("relu", "none"): (0.6, 1.2, 2.0, 4.0),
            Pair("tanh", "batch", "after"): (1.0, 8.0),
        }
    ),
    Scale(seeds=1, steps=100, learning_rates=(0.01, 0.1), depths=(4, 8, 16, 32)),
)


def gain_of(weight_variance: float) -> float:
    """The `Setting.gain` of a weight variance: its square root, rounded so that a run is known by it."""
    return float(f"{weight_variance**0.5:.9g}")


def weight_variance_of(setting: Setting) -> float:
    """The weight variance that `gain_of` was given, to six digits."""
    return float(f"{setting.gain**2:.6g}")


def settings_of(maps: Maps) -> tuple[Setting, ...]:
    """All runs of the maps, checked.

    Raises:
      ValueError: a value is unknown, out of range or given twice.
    """
    settings = tuple(
        setting
        for pair, weight_variances in maps.weight_variances.items()
        for setting in _settings_of_pair(pair, weight_variances, maps.scale)
    )
    for setting in settings:
        check_setting(setting)
    return settings


def _settings_of_pair(pair: Pair, weight_variances: Sequence[float], scale: Scale) -> tuple[Setting, ...]:
    runs = itertools.product(weight_variances, scale.depths, scale.learning_rates, range(scale.seeds))
    return tuple(
        Setting(
            data=DATA,
            activation=pair.activation,
            norm=pair.norm,
            order=pair.order,
            depth=depth,
            width=WIDTH,
            batch_size=BATCH_SIZE,
            steps=scale.steps,
            learning_rate=learning_rate,
            gain=gain_of(weight_variance),
            seed=seed,
        )
        for weight_variance, depth, learning_rate, seed in runs
    )
