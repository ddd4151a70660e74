"""A small study of maps whose accuracies are made, not trained: each is lost at a depth that is known."""

import dataclasses

from bnact.studies import Pair, Rows
from bnact.studies.claim import Scale
from bnact.training.setting import Setting
from experiments.trainability_map.maps import Maps, settings_of, weight_variance_of
from tests.studies.plausible_rows import plausible_row

BEST, CHANCE = 0.96, 0.1
DEPTHS = (4, 8, 16, 32)

SMALL = Maps(
    {
        Pair("tanh", "none"): (0.5, 1.0, 4.0),
        Pair("relu", "none"): (0.5, 1.0, 2.0, 8.0),
        Pair("tanh", "batch", "after"): (1.0, 4.0),
    },
    Scale(seeds=2, steps=10, learning_rates=(0.01, 0.1), depths=DEPTHS),
)


def lost_at(pair: Pair, weight_variance: float) -> float:
    """The depth from which a made network knows nothing: the further from 1, the sooner; tanh bears more."""
    bears = 24.0 if pair.activation == "tanh" else 12.0
    return bears / max(weight_variance, 1.0 / weight_variance)


def quality(setting: Setting) -> float:
    pair = Pair(setting.activation, setting.norm, setting.order)
    return BEST if setting.depth < lost_at(pair, weight_variance_of(setting)) else CHANCE


def made_row(setting: Setting):
    return plausible_row(setting, quality)


def made_rows(maps: Maps = SMALL) -> Rows:
    return Rows(tuple(made_row(setting) for setting in settings_of(maps)))


def without(rows: Rows, **values) -> Rows:
    """The rows but those whose settings have all the values."""
    return Rows(
        tuple(
            row
            for row in rows
            if any(value != dataclasses.asdict(row.setting)[name] for name, value in values.items())
        )
    )
