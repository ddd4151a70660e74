"""Which share of an activation's units or slopes is lost, at every point of a run and in every layer."""

from collections.abc import Callable, Mapping

import numpy as np

from bnact.training.log import Log

Measure = Callable[[Log], np.ndarray]
"""From a log to (points, layers) shares."""


def dead_share(log: Log) -> np.ndarray:
    """(points, layers) share of units whose slope is zero on every observed example."""
    return np.asarray(log.dead, np.float64)


def saturated_share(log: Log) -> np.ndarray:
    """(points, layers) share of pairs of unit and example whose slope is next to nothing."""
    return np.asarray(log.saturated, np.float64)


MEASURES: Mapping[tuple[str, str], Measure] = {
    ("relu", "dead"): dead_share,
    ("relu", "off"): saturated_share,
    ("tanh", "saturated"): saturated_share,
    ("sigmoid", "saturated"): saturated_share,
}
"""What counts of each activation, by its name and that of the share."""
