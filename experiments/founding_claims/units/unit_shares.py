"""Which share of an activation's units or slopes is lost, at every point of a run and in every layer."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from bnact.training.log import Log
from experiments.claims.chosen import depth_label

Measure = Callable[[Log], np.ndarray]
"""From a log to (points, layers) shares."""


class Share(NamedTuple):
    """Which share of an activation at a depth is compared; "tanh saturated, depth 8" in words."""

    activation: str
    kind: str
    depth: int

    def __str__(self) -> str:
        return f"{self.activation} {self.kind}, {depth_label(self.depth)}"


def dead_share(log: Log) -> np.ndarray:
    """(points, layers) share of units whose slope is zero on every observed example."""
    return np.asarray(log.dead, np.float64)


def through_training(log: Log, values: np.ndarray) -> float:
    """Mean over training of what was looked at at its points, which are denser early.

    Between two points a straight line is assumed (the trapezoidal rule over steps).

    Args:
      log: with the steps of its points.
      values: (points,) or (points, layers); of layers the mean.
    """
    steps = np.asarray(log.step, np.float64)
    points = np.asarray(values, np.float64).reshape(len(steps), -1).mean(axis=1)
    return float(np.trapezoid(points, steps) / (steps[-1] - steps[0]))


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
