"""Prediction beside measurement, layer by layer, with the deviation in standard errors."""

import math
from typing import NamedTuple

import numpy as np

from bnact import theory
from bnact.theory import Prediction

from .fresh import Fresh, LayerStatistics

_ROUNDING = 1e-6


class Compared(NamedTuple):
    """One quantity of every layer; all arrays are (layers,).

    Attributes:
      name: of the quantity.
      predicted: by theory.
      measured: mean over seeds.
      low, high: smallest and largest over seeds.
      error: standard error of `measured`.
    """

    name: str
    predicted: np.ndarray
    measured: np.ndarray
    low: np.ndarray
    high: np.ndarray
    error: np.ndarray

    @property
    def deviation(self) -> np.ndarray:
        """Measured minus predicted in standard errors.

        0 where they are equal; infinite where they differ and nothing scatters.
        """
        difference = self.measured - self.predicted
        with np.errstate(divide="ignore", invalid="ignore"):
            deviation = difference / self.error
        # Networks compute in float32.
        return np.where(np.abs(difference) <= _ROUNDING * np.abs(self.predicted), 0.0, deviation)


def predicted(network: Fresh) -> Prediction:
    """What theory says of it."""
    return theory.predict(
        network.activation,
        network.norm,
        network.order,
        depth=network.depth,
        width=network.width,
        batch_size=network.batch_size,
        weight_variance=network.weight_variance,
        bias_variance=network.bias_variance,
    )


def compared(network: Fresh, prediction: Prediction, found: LayerStatistics) -> tuple[Compared, ...]:
    """Every quantity that both have, for the layers that the prediction has.

    Args:
      network: what was measured.
      prediction: of it.
      found: in fresh networks, at least two of them.
    """
    layers = len(prediction.layers)
    gradient = np.asarray(found.gradient)[:, :layers]
    growth = np.concatenate([gradient[:, :-1] / gradient[:, 1:], np.ones_like(gradient[:, -1:])], axis=1)
    measured = {
        "variance": found.variance,
        "correlation": found.correlation,
        "growth": growth,
        "gradient": gradient,
        "dead": found.dead,
        "saturated": found.saturated,
    }
    return tuple(
        _compared(
            name, network, np.array([getattr(layer, name) for layer in prediction.layers]), np.asarray(values)
        )
        for name, values in measured.items()
    )


def _compared(name: str, network: Fresh, predicted: np.ndarray, values: np.ndarray) -> Compared:
    values = values[:, : predicted.size]
    error = standard_error(values)
    if name == "dead":
        error = share_error(predicted, values, network.width)
    return Compared(name, predicted, values.mean(axis=0), values.min(axis=0), values.max(axis=0), error)


def standard_error(values: np.ndarray) -> np.ndarray:
    """Of the mean over seeds, the first axis."""
    return np.asarray(values.std(axis=0, ddof=1) / math.sqrt(len(values)))


def share_error(predicted: np.ndarray | float, values: np.ndarray, units: int) -> np.ndarray:
    """The standard error of a share of units.

    The larger of what networks scatter by and what counts of so many independent units would: few seeds may
    agree by chance, and the units of one network are not quite independent: they are given the same inputs.

    Args:
      predicted: the share.
      values: measured, seeds on the first axis.
      units: counted in each network.
    """
    binomial = np.sqrt(predicted * (1.0 - predicted) / (len(values) * units))
    return np.maximum(binomial, standard_error(values))
