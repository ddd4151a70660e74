"""Means over an activation whose input is normal, NaN where the quadrature does not give them."""

import functools
from collections.abc import Callable

import numpy as np
from jax.typing import ArrayLike

from bnact.activations import Activation
from bnact.numerics.evaluation import evaluate
from bnact.numerics.normal_expectation import expectations_or_nan

from .split_points import split_points

_SMALL = 1e-2


def square_means(activation: Activation, variance: np.ndarray) -> np.ndarray:
    """E phi(u)^2, u of mean 0 and that variance, (n,)."""
    return _means(lambda u: np.square(activation(u)), activation, variance)


def square_mean_slopes(activation: Activation, variance: np.ndarray) -> np.ndarray:
    """d E phi(u)^2 / d variance, (n,): E phi(u)^2 (u^2 / q - 1) / (2 q), which needs no derivative of phi.

    Where q is small it cancels, unless phi(0) is 0; half the mean second derivative of phi(u)^2 does not.
    That one cancels where q is large, and needs phi' to be the derivative of phi.
    """
    slopes = _slopes_by_parts(activation, variance)
    small = variance < _SMALL
    if np.any(small) and not activation.jumps and activation.surrogate is None:
        slopes[small] = _mean_curvatures(activation, variance[small])
    return slopes


def _slopes_by_parts(activation: Activation, variance: np.ndarray) -> np.ndarray:
    curved = _means(lambda u: np.square(activation(u)) * np.square(u), activation, variance)
    return (curved / variance - square_means(activation, variance)) / (2.0 * variance)


def _mean_curvatures(activation: Activation, variance: np.ndarray) -> np.ndarray:
    """E (phi'^2 + phi phi'') and, for every kink k, phi(k) times the change of phi' times the density."""
    smooth = _means(
        lambda u: np.square(activation.derivative(u)) + activation(u) * activation.second_derivative(u),
        activation,
        variance,
    )
    kinks, deviation = np.array(activation.kinks), np.sqrt(variance)[:, None]
    beside = np.maximum(np.spacing(np.abs(kinks)), 1e-30)  # what is smaller than that JAX may take for 0
    before, after = (evaluate(activation.derivative, kinks + side * beside) for side in (-1.0, 1.0))
    density = np.exp(-np.square(kinks / deviation) / 2.0) / (np.sqrt(2.0 * np.pi) * deviation)
    return smooth + density @ (evaluate(activation, kinks) * (after - before))


def square_slope_means(activation: Activation, variance: np.ndarray) -> np.ndarray:
    """E phi'(u)^2, (n,)."""
    return _means(lambda u: np.square(activation.derivative(u)), activation, variance)


def square_bend_means(activation: Activation, variance: np.ndarray) -> np.ndarray:
    """E phi''(u)^2, (n,), of an activation without kinks."""
    return _means(lambda u: np.square(activation.second_derivative(u)), activation, variance)


def known(
    what: str,
    function: str,
    phi: Activation,
    variance: np.ndarray,
    means: Callable[[Activation, np.ndarray], np.ndarray],
) -> np.ndarray:
    """The means of a squared function at every variance, of any shape; an error if one is no number."""
    result = means(phi, variance.ravel())
    if np.any(np.isnan(result)):
        raise ValueError(
            f"{what}: E {function}(u)^2 must be known from within 13 deviations; got {phi.name} at "
            f"variance={variance.ravel()[np.isnan(result)][0]:.6g}, where {function} overflows, grows too "
            "fast or varies too often; lower the variance"
        )
    return result.reshape(variance.shape)


def _means(fn: Callable[[np.ndarray], ArrayLike], activation: Activation, variance: np.ndarray) -> np.ndarray:
    points = np.array(split_points(activation))
    return expectations_or_nan(
        functools.partial(evaluate, fn), np.zeros_like(variance), np.sqrt(variance), points
    )
