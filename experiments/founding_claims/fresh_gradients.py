"""How gradients grow from layer to layer in fresh networks: by theory, and measured."""

import functools
import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from experiments.diagnose.comparison import predicted
from experiments.diagnose.fresh import Fresh, fresh_statistics
from experiments.initialization import gain

ACTIVATIONS = ("relu", "gelu", "tanh", "sigmoid")
NORMS = {"no norm": "none", "batch norm": "batch"}
DEPTH, WIDTH, BATCH_SIZE, SEEDS = 40, 256, 64, 10
KEPT = 10.0
"""A gradient that depth makes smaller or larger by no more than this is kept."""


class Kind(NamedTuple):
    """An activation, and "no norm" or "batch norm" before it."""

    activation: str
    norm: str

    @property
    def label(self) -> str:
        """For example "relu, batch norm"."""
        return f"{self.activation}, {self.norm}"


class Growth(NamedTuple):
    """Root mean square gradients of one kind of network.

    Attributes:
      predicted: (DEPTH,) by theory, at each layer over that at the last; the layer next to the input first.
      measured: (SEEDS, DEPTH) the same in fresh networks.
      settled: what a layer far from the input multiplies the squared gradient by, towards the input.
    """

    predicted: np.ndarray
    measured: np.ndarray
    settled: float

    @property
    def theory(self) -> str:
        """What becomes of the gradient by theory: "vanishes", "kept" or "explodes"."""
        return fate(float(self.predicted[0]))

    @property
    def networks(self) -> set[str]:
        """What becomes of it in the fresh networks; one word where all agree."""
        return {fate(float(size)) for size in self.measured[:, 0]}


Growths = Mapping[Kind, Growth]


def fate(size: float) -> str:
    """What has become of a gradient that is so many times that of the last layer; "unknown" of NaN."""
    if math.isnan(size):
        return "unknown"
    return "vanishes" if size < 1.0 / KEPT else "explodes" if size > KEPT else "kept"


@functools.cache
def fresh_gradients() -> Growths:
    """Every activation without a norm and with batch norm before it, predicted and measured.

    Weights have each activation's own gain, which keeps the second moment of a standard normal input.
    """
    return {
        Kind(activation, norm): _growth(activation, NORMS[norm])
        for norm in NORMS
        for activation in ACTIVATIONS
    }


def _growth(activation: str, norm: str) -> Growth:
    network = Fresh(activation, norm, "before", DEPTH, WIDTH, BATCH_SIZE, gain(activation) ** 2, 0.0)
    layers = predicted(network).layers
    # A layer's scale cancels under the norm, so that batch norm needs no gain; it does no harm.
    measured = fresh_statistics(network, range(SEEDS))
    return Growth(
        np.sqrt([layer.gradient for layer in layers]),
        np.sqrt(np.asarray(measured.gradient)),
        layers[-2].growth,
    )
