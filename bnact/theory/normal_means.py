"""Means over an activation whose input is normal, NaN where the quadrature does not give them."""

import functools
from collections.abc import Callable

import numpy as np
from jax.typing import ArrayLike

from bnact.activations import Activation
from bnact.numerics.evaluation import evaluate
from bnact.numerics.normal_expectation import expectations_or_nan

from .split_points import split_points


def square_means(activation: Activation, variance: np.ndarray) -> np.ndarray:
    """E phi(u)^2, u of mean 0 and that variance, (n,)."""
    return _means(lambda u: np.square(activation(u)), activation, variance)


def square_mean_slopes(activation: Activation, variance: np.ndarray) -> np.ndarray:
    """d E phi(u)^2 / d variance, (n,): E phi(u)^2 (u^2 / q - 1) / (2 q), which needs no derivative of phi."""
    curved = _means(lambda u: np.square(activation(u)) * np.square(u), activation, variance)
    return (curved / variance - square_means(activation, variance)) / (2.0 * variance)


def square_slope_means(activation: Activation, variance: np.ndarray) -> np.ndarray:
    """E phi'(u)^2, (n,)."""
    return _means(lambda u: np.square(activation.derivative(u)), activation, variance)


def _means(fn: Callable[[np.ndarray], ArrayLike], activation: Activation, variance: np.ndarray) -> np.ndarray:
    points = np.array(split_points(activation))
    return expectations_or_nan(
        functools.partial(evaluate, fn), np.zeros_like(variance), np.sqrt(variance), points
    )
