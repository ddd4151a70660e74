"""What an activation makes of the mean and variance of a normal input, and how it answers to changes."""

import math
from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike

from bnact.activations import Activation, get
from bnact.numerics.normal_expectation import normal_expectation
from bnact.theory.evaluation import Numbers, finite, not_negative, number, positive
from bnact.types import Array

from .split_points import split_points


class OutputMoments(NamedTuple):
    """Mean and variance of phi(u), u normal.

    Attributes:
      mean: E phi(u).
      variance: E (phi(u) - mean)^2.
    """

    mean: Numbers
    variance: Numbers


def moment_map(activation: str | Activation, mean: ArrayLike, variance: ArrayLike) -> OutputMoments:
    """Mean and variance of phi(u), u normal with this mean and variance.

    Args:
      activation: a name in `ACTIVATIONS` or an `Activation`.
      mean: of the input, any shape.
      variance: of the input, not negative, broadcast against `mean`.

    Returns:
      Floats for numbers, else float64 arrays, to about 1e-11 of the mean square of the output.

    Raises:
      ValueError: an unknown activation; a mean that is not finite; a variance that is negative or not finite;
        or outputs too large for float64.

    Source: Klambauer, Unterthiner, Mayr and Hochreiter, Self-normalizing neural networks, 2017.
    """
    phi, m, v = _inputs("moment_map", activation, mean, not_negative("moment_map", "variance", variance))
    rows = [_moments("moment_map", phi, *each) for each in zip(m.flat, v.flat, strict=True)]
    means, variances = np.array(rows, np.float64).reshape(-1, 2).T
    return OutputMoments(number(means.reshape(m.shape)), number(variances.reshape(m.shape)))


def moment_map_jacobian(activation: str | Activation, mean: ArrayLike, variance: ArrayLike) -> np.ndarray:
    """Derivatives of both outputs of `moment_map` by both its inputs.

    With u = m + sqrt(v) z and M = E phi(u), for r = phi(u) - M and then r^2: by the mean E r z / sqrt(v), by
    the variance E r (z^2 - 1) / (2 v). No derivative of phi is taken, so that jumps count.

    Args:
      activation: a name in `ACTIVATIONS` or an `Activation`.
      mean: of the input, any shape.
      variance: of the input, positive, broadcast against `mean`.

    Returns:
      (..., 2, 2) float64: [[dM/dm, dM/dv], [dV/dm, dV/dv]], V the output's variance. Their error is about
      1e-15 / v where v is small.

    Raises:
      ValueError: as `moment_map`; or a variance of 0.

    Source: Klambauer, Unterthiner, Mayr and Hochreiter, Self-normalizing neural networks, 2017.
    """
    what = "moment_map_jacobian"
    phi, m, v = _inputs(what, activation, mean, positive(what, "variance", variance))
    rows = [_slopes(what, phi, *each) for each in zip(m.flat, v.flat, strict=True)]
    return np.array(rows, np.float64).reshape(*m.shape, 2, 2)


def _inputs(
    what: str, activation: str | Activation, mean: ArrayLike, variance: np.ndarray
) -> tuple[Activation, np.ndarray, np.ndarray]:
    means, variances = np.broadcast_arrays(finite(what, "mean", mean), variance)
    return get(activation), means, variances


def _moments(what: str, phi: Activation, mean: float, variance: float) -> list[float]:
    center = _expectation(what, phi, mean, variance, lambda value, z: value)
    return [center, _expectation(what, phi, mean, variance, lambda value, z: (value - center) ** 2)]


def _slopes(what: str, phi: Activation, mean: float, variance: float) -> list[list[float]]:
    center = _expectation(what, phi, mean, variance, lambda value, z: value)

    def row(power: int) -> list[float]:
        by_mean, by_variance = (
            _expectation(
                what, phi, mean, variance, lambda r, z, score=score: (r - center) ** power * score(z)
            )
            for score in (lambda z: z, lambda z: z**2 - 1.0)
        )
        return [by_mean / math.sqrt(variance), by_variance / (2.0 * variance)]

    return [row(1), row(2)]


def _expectation(
    what: str, phi: Activation, mean: float, variance: float, f: Callable[[Array, Array], Array]
) -> float:
    """E f(phi(u), z), u = mean + sqrt(variance) z."""
    deviation = math.sqrt(variance)

    def integrand(u: np.ndarray) -> Array:
        x = jnp.asarray(u)
        return f(phi(x), (x - mean) / (deviation or 1.0))

    try:
        return float(normal_expectation(integrand, mean, deviation, split_points(phi)))
    except ValueError as error:
        raise ValueError(
            f"{what}: E phi(u)^2 must be known from within 13 deviations; got {phi.name} at mean={mean:.6g}, "
            f"variance={variance:.6g}, where it overflows, grows or varies too fast; lower the variance"
        ) from error
