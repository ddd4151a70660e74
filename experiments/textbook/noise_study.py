"""Steps on noisy examples, at several rates and batch sizes: the closed form, and what was simulated."""

import functools
from collections.abc import Mapping
from typing import NamedTuple

import jax
import numpy as np

from bnact.gradient_graph import trace

from .examples import ZERO
from .functions import batch_loss
from .noisy_descent import Moments, Observations, Simulated, exact_moments, simulated_moments

SLOPE, RATE = 2.5, 0.01
"""The page's: what the examples are made with, and its learning rate."""

RATES, BATCH_SIZES = (0.003, RATE, 0.03), (1, 8)
STEPS, RUNS, COUNT = 400, 2000, 32
MOMENTS_AT = (1, 3, 10, 30, 100, 300, STEPS)
"""Steps after which the simulated moments are compared with the closed form."""


class Cell(NamedTuple):
    """A learning rate and a batch size."""

    learning_rate: float
    batch_size: int


class Noise(NamedTuple):
    """What was computed and simulated.

    Attributes:
      clean: root mean square distance after the last step without noise, minibatches of one.
      whole: distance after the last step with noise, every step on all examples.
      exact, simulated: with noise, moments of the distance for every cell.
    """

    clean: float
    whole: float
    exact: Mapping[Cell, Moments]
    simulated: Mapping[Cell, Simulated]


def observations_of(noise: float) -> Observations:
    """Examples about x = 2, with y = 2.5 x + noise.

    Args:
      noise: its standard deviation.

    Returns:
      The examples, always the same.
    """
    draws = np.random.RandomState(0)
    x = 2.0 + 0.5 * draws.standard_normal(COUNT)
    return Observations(x, SLOPE * x + noise * draws.standard_normal(COUNT))


@functools.cache
def noise_study() -> Noise:
    """All of it, at noise of standard deviation 1."""
    noisy, clean = observations_of(1.0), observations_of(0.0)
    cells = [Cell(rate, size) for rate in RATES for size in BATCH_SIZES]
    without = simulated_moments(clean, 1, RATE, STEPS, RUNS)
    return Noise(
        clean=float(np.sqrt(without.moments.square[-1])),
        whole=_descended(noisy),
        exact={cell: exact_moments(noisy, cell.batch_size, cell.learning_rate, STEPS) for cell in cells},
        simulated={
            cell: simulated_moments(noisy, cell.batch_size, cell.learning_rate, STEPS, RUNS) for cell in cells
        },
    )


def _descended(examples: Observations) -> float:
    """The distance to the optimum to which the traced mean loss of all examples is descended."""
    with jax.enable_x64(True):
        trajectory = trace(batch_loss(*examples), ZERO).descend(STEPS, RATE)
    return float(abs(trajectory.inputs["v"][-1] - examples.optimum))


def deviations(noise: Noise) -> np.ndarray:
    """(comparisons,) how far simulated moments are from the closed form, in standard errors."""
    at = list(MOMENTS_AT)
    return np.concatenate(
        [
            (found[at] - exact[at]) / error[at]
            for cell in noise.exact
            for found, exact, error in zip(
                noise.simulated[cell].moments, noise.exact[cell], noise.simulated[cell].errors, strict=True
            )
        ]
    )
