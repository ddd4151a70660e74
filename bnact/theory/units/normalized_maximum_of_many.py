"""The largest of a normalized batch, exactly, by inverting a Fourier transform: whatever the batch's size.

Mean and variance of a normal batch are independent of its normalized values. So P(all xhat <= b) is the
density at (0, B) of (sum x, sum x^2) where every x <= b, over the same density for all x: the second is
known, and the first is a Fourier integral of the B-th power of the transform of one value. One value is given
the density exp(l x - n x^2) on x <= b with mean 0 and mean square 1, the one that a batch conditioned so
looks like: the power is then nearly that of a normal one, and the trapezoidal rule has 12 digits.
"""

import math
from typing import NamedTuple

import numpy as np

from .gamma_ratio import stirling_remainder

# The trapezoidal rule in standard deviations of the normal that the power is like. Found by comparison with a
# finer and wider one, from a batch of 49 on.
_STEP = 0.4
_REACH = 14.0
# Below a threshold of 1 no density has both moments; with this one at least the integral still converges.
_LEAST_CURVATURE = 0.02
_NEGLIGIBLE = 1e-19
_ALL = 12.0  # no value of any batch is above
_LEFT = 45.0
_PANEL = 0.5
_NODES_PER_PANEL = 16
_NEWTON_STEPS = 100


class Tilted(NamedTuple):
    """A density proportional to exp(l x - n x^2) below a threshold.

    Attributes:
      nodes: (n,) values of x.
      weights: (n,) the density times quadrature weights; they sum to 1.
      log_mass: log of the integral of exp(l x - n (x^2 - 1)).
      covariance: (2, 2) of (x, x^2).
    """

    nodes: np.ndarray
    weights: np.ndarray
    log_mass: float
    covariance: np.ndarray


def largest_of_many_below(threshold: float, batch_size: int) -> float:
    """P(every xhat <= threshold), the threshold positive, B >= 49; absolute error 1e-12 up to B = 1e4."""
    tilted = _tilted(threshold)
    root = np.linalg.cholesky(tilted.covariance)
    # Of mean 0 and covariance the identity where the threshold is above 1.
    first, second = np.linalg.solve(root, np.stack([tilted.nodes, tilted.nodes**2 - 1.0]))
    step = _STEP / math.sqrt(batch_size)
    count = math.ceil(_REACH / _STEP)
    frequency = step * np.arange(-count, count + 1)
    # The other half of the plane holds the complex conjugates.
    half, twice = frequency[count:], np.where(np.arange(count + 1) == 0, 1.0, 2.0)
    waves = np.exp(1j * np.outer(frequency, first)) * tilted.weights
    transform = waves @ np.exp(1j * np.outer(second, half))
    integral = np.sum((transform**batch_size).real * twice) * step**2 / (4.0 * math.pi**2)
    density = integral / np.prod(np.diag(root))
    of_all = 0.5 * math.log(2.0 * math.pi) + 0.5  # log_mass without a threshold
    log_ratio = batch_size * (tilted.log_mass - of_all) - _log_density_of_all(batch_size)
    return float(np.clip(density * math.exp(log_ratio), 0.0, 1.0))


def _log_density_of_all(batch_size: int) -> float:
    """log of the density of (sum x, sum x^2) at (0, B), x standard normal.

    The sum is normal with variance B; the sum of squares about the mean has a chi-square law of B - 1
    degrees.
    """
    half = (batch_size - 1) / 2.0
    of_sum = -0.5 * math.log(2.0 * math.pi * batch_size)
    growth = (half - 1.0) * math.log1p(1.0 / (batch_size - 1)) - 0.5 * math.log(half) - 0.5
    return of_sum + growth - math.log(2.0) - 0.5 * math.log(2.0 * math.pi) - stirling_remainder(half)


def _tilted(threshold: float) -> Tilted:
    """The tilt with mean 0 and mean square 1, or with the least curvature that is allowed.

    Both moments are those where the convex function log_mass is least: Newton's method finds it.
    """
    nodes, weights = _below(min(threshold, _ALL))
    powers = np.stack([nodes, nodes**2 - 1.0])
    tilt = np.array([0.0, -0.5])
    log_mass, density = _mass(tilt, powers, weights)
    for _ in range(_NEWTON_STEPS):
        gradient, covariance = _moments(powers, density)
        step = -np.linalg.solve(covariance, gradient)
        if tilt[1] >= -_LEAST_CURVATURE and gradient[1] < 0.0:  # kept at the least curvature
            step = np.array([-gradient[0] / covariance[0, 0], 0.0])
        before = log_mass
        tilt, log_mass, density = _descended(tilt, step, log_mass, powers, weights)
        if before - log_mass <= 1e-15 * abs(log_mass):
            break
    kept = density > _NEGLIGIBLE
    return Tilted(nodes[kept], density[kept], log_mass, _moments(powers, density)[1])


def _descended(
    tilt: np.ndarray, step: np.ndarray, log_mass: float, powers: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, float, np.ndarray]:
    """The step, or the first half, quarter, ... of it that does not lead upwards."""
    for halvings in range(50):
        tried = tilt + step / 2.0**halvings
        tried[1] = min(tried[1], -_LEAST_CURVATURE)
        found, density = _mass(tried, powers, weights)
        if found <= log_mass:
            return tried, found, density
    return tilt, log_mass, _mass(tilt, powers, weights)[1]


def _mass(tilt: np.ndarray, powers: np.ndarray, weights: np.ndarray) -> tuple[float, np.ndarray]:
    exponent = tilt @ powers
    highest = exponent.max()
    density = weights * np.exp(exponent - highest)
    mass = density.sum()
    return float(highest + math.log(mass)), density / mass


def _moments(powers: np.ndarray, density: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of (x, x^2 - 1)."""
    mean = powers @ density
    centered = powers - mean[:, None]
    return mean, (centered * density) @ centered.T


def _below(threshold: float) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes and weights from 45 below the threshold up to it."""
    unit, unit_weights = np.polynomial.legendre.leggauss(_NODES_PER_PANEL)
    centers = threshold - np.arange(_PANEL / 2.0, _LEFT, _PANEL)
    nodes = (centers[:, None] + _PANEL / 2.0 * unit).ravel()
    return nodes, np.tile(_PANEL / 2.0 * unit_weights, centers.size)
