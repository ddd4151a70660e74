"""What an activation is meant to be, to the last place: its definition in many digits."""

import importlib.util
from collections.abc import Callable

import jax
import numpy as np

from bnact.activations.activation import Activation
from bnact.types import Array


def truth(activation: Activation, order: int, points: np.ndarray) -> np.ndarray:
    """The derivative of that order (0: the value) at the points, from the definition in 100 digits.

    A declared surrogate takes the derivative's place, and its own derivative the second's.

    Args:
      activation: the record.
      order: 0, 1 or 2.
      points: (points,) floating; at a kink the definition decides.

    Returns:
      (points,) float64, correctly rounded as far as the definition's constants are exact in float64.

    Raises:
      ImportError: mpmath is not installed.
      NotImplementedError: the definition has an operation that is not followed in many digits.
    """
    if importlib.util.find_spec("mpmath") is None:
        raise ImportError("truth: mpmath must be installed; it is not; use pip install 'bnact[study]'")
    from bnact.tracing.multiprecision import exact

    return np.array([float(value) for value in exact(meant(activation, order), points)], np.float64)


def meant(activation: Activation, order: int) -> Callable[[Array], Array]:
    """The derivative of that order as a plain formula of a scalar, by autodiff of the definition."""
    if order == 0:
        return activation.definition
    first = jax.grad(activation.definition) if activation.surrogate is None else activation.surrogate
    return first if order == 1 else jax.grad(first)
