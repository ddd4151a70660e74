"""Prediction beside measurement of one kind of network in two numbers: growth of gradients, dead units."""

import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from bnact.theory import Prediction
from experiments.diagnose.comparison import predicted, share_error, standard_error
from experiments.diagnose.fresh import Fresh, LayerStatistics, fresh_statistics

from .amplification import amplification

ALIKE = 0.03
"""Growths agree when they differ by no more than this share."""

STANDARD_ERRORS = 3.0
"""Dead shares agree when they differ by no more of these."""


class Pair(NamedTuple):
    """A number as theory has it and as networks have it.

    Attributes:
      predicted: by theory.
      measured: over networks.
      error: standard error of `measured`.
    """

    predicted: float
    measured: float
    error: float

    @property
    def ratio(self) -> float:
        """Measured over predicted."""
        return self.measured / self.predicted

    @property
    def deviation(self) -> float:
        """Measured minus predicted in standard errors: 0 if equal, infinite if different without scatter."""
        difference = self.measured - self.predicted
        if not difference:
            return 0.0
        return difference / self.error if self.error else math.copysign(math.inf, difference)


class Agreement(NamedTuple):
    """One setting.

    Attributes:
      network: which.
      growth: of the squared gradient, a layer: geometric mean over the layers in the middle and over
      networks. dead: share of units, in the mean over the layers in the middle. amplification: of a deviation
      from the state that the prediction is for, see `amplification`.
    """

    network: Fresh
    growth: Pair
    dead: Pair
    amplification: float

    @property
    def growth_agrees(self) -> bool:
        """Whether the growths differ by 3 % at most."""
        return abs(self.growth.ratio - 1.0) <= ALIKE

    @property
    def dead_agrees(self) -> bool:
        """Whether the dead shares differ by 3 standard errors at most."""
        return abs(self.dead.deviation) <= STANDARD_ERRORS

    @property
    def agrees(self) -> bool:
        """Whether both do."""
        return self.growth_agrees and self.dead_agrees


def agreement(network: Fresh, seeds: Iterable[int]) -> Agreement:
    """Predicts, measures and compares.

    Args:
      network: which kind, of at least 4 layers.
      seeds: of the networks, at least two.
    """
    return compared(network, predicted(network), fresh_statistics(network, seeds))


def compared(network: Fresh, prediction: Prediction, found: LayerStatistics) -> Agreement:
    """The comparison of a prediction, of all layers, and statistics, (seeds, depth) each."""
    first, last = middle(network.depth)
    gradient, dead = (np.asarray(values, np.float64) for values in (found.gradient, found.dead))
    layers = prediction.layers
    growth = _growth(
        layers[first].gradient / layers[last].gradient, gradient[:, first] / gradient[:, last], last - first
    )
    expected = float(np.mean([layer.dead for layer in layers[first:last]]))
    share = _share(expected, dead[:, first:last].mean(axis=1), (last - first) * network.width)
    return Agreement(network, growth, share, amplification(network, prediction))


def middle(depth: int) -> tuple[int, int]:
    """Where the middle half of the layers begins and ends, from 0: far from the inputs and from the loss."""
    return depth // 4, depth - depth // 4


def _growth(predicted: float, measured: np.ndarray, layers: int) -> Pair:
    # Growths multiply, and where they are followed over many layers their logarithm is what scatters evenly.
    logarithms = np.log(measured) / layers
    mean = math.exp(logarithms.mean())
    return Pair(predicted ** (1.0 / layers), mean, mean * float(standard_error(logarithms)))


def _share(predicted: float, measured: np.ndarray, units: int) -> Pair:
    return Pair(predicted, float(measured.mean()), float(share_error(predicted, measured, units)))
