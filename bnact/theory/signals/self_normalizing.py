"""Constants that make mean 0 and variance 1 a fixed point of an activation, and whether it is stable."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from jax.typing import ArrayLike

from bnact.activations import Activation, get
from bnact.numerics.quadrature import expectation
from bnact.types import Array

# A spread this small beside the mean is what rounding makes of a constant.
_ROUNDING = 1e-14
# Of relu and its kin an eigenvalue is exactly 1, whatever rounding says.
_MARGIN = 1e-9


class SelfNormalizing(NamedTuple):
    """The constants of scale * (phi(z) for z > 0, else alpha * phi(z)).

    Attributes:
      scale: of the whole.
      alpha: of the negative half.
      jacobian: (2, 2), of output mean and variance by input mean and variance, at 0 and 1.
      eigenvalues: (2,), of a layer's map of mean and variance there; complex if they are a pair.
      stable: whether both are below 1 in size, so that a network comes back to mean 0 and variance 1. Those
        of relu and its kin are 1, which is not.
    """

    scale: float
    alpha: float
    jacobian: np.ndarray
    eigenvalues: np.ndarray
    stable: bool


class Standardizing(NamedTuple):
    """The constants of scale * (phi(z) - shift).

    Attributes:
      scale: 1 / std phi(z).
      shift: E phi(z).
      jacobian, eigenvalues, stable: as in `SelfNormalizing`.
    """

    scale: float
    shift: float
    jacobian: np.ndarray
    eigenvalues: np.ndarray
    stable: bool


def self_normalizing_constants(
    activation: str | Activation = "elu", weight_sum: float = 0.0
) -> SelfNormalizing:
    """The scale, and the factor of the negative half, that give phi(z), z normal, mean 0, variance 1.

    alpha = -E[phi; z > 0] / E[phi; z < 0] and scale = (E[phi^2; z > 0] + alpha^2 E[phi^2; z < 0])^(-1/2). Of
    elu they are the constants of selu, 1.0507 and 1.6733.

    Args:
      activation: a name in `ACTIVATIONS` or an `Activation`, whose halves have means of opposite signs.
      weight_sum: sum of the weights of a unit, whose squares sum to 1. A layer maps the mean m and variance v
        of its inputs to those of phi(u), u of mean weight_sum m and variance v; the eigenvalues are of this.

    Returns:
      The constants, to 1e-13, and the stability of the fixed point.

    Raises:
      ValueError: an unknown activation; halves whose means have the same sign, or one of which has mean 0; or
        a weight sum that is not finite.

    Source: Klambauer, Unterthiner, Mayr and Hochreiter, Self-normalizing neural networks, 2017.
    """
    phi = get(activation)
    above, below = _means(phi, lambda z: np.asarray(phi(z)) * np.where(np.stack([z, -z]) > 0.0, 1.0, 0.0))
    if not above * below < 0.0:
        raise ValueError(
            "self_normalizing_constants: the halves of the activation must have means of opposite signs; got "
            f"{above:.4g} for z > 0 and {below:.4g} for z < 0 of {phi.name}; use standardizing_constants"
        )
    alpha = -above / below

    def bent(z: np.ndarray) -> Array:
        return phi(z) * np.where(z > 0.0, 1.0, alpha)

    scale = 1.0 / math.sqrt(_means(phi, lambda z: bent(z) ** 2))
    jacobian = _jacobian(phi, lambda z: scale * bent(z))
    return SelfNormalizing(
        scale, alpha, jacobian, *_stability("self_normalizing_constants", jacobian, weight_sum)
    )


def standardizing_constants(activation: str | Activation, weight_sum: float = 0.0) -> Standardizing:
    """The scale and shift for which scale * (phi(z) - shift) has mean 0 and variance 1, z standard normal.

    Args:
      activation: a name in `ACTIVATIONS` or an `Activation`.
      weight_sum: as in `self_normalizing_constants`.

    Returns:
      The constants, to 1e-13, and the stability of the fixed point.

    Raises:
      ValueError: an unknown activation; one that is constant on [-13, 13]; a weight sum that is not finite.

    Source: Klambauer, Unterthiner, Mayr and Hochreiter, Self-normalizing neural networks, 2017.
    """
    phi = get(activation)
    shift = float(_means(phi, phi))
    variance = float(_means(phi, lambda z: (phi(z) - shift) ** 2))
    if variance <= (_ROUNDING * shift) ** 2:
        raise ValueError(
            "standardizing_constants: the activation must vary for standard normal inputs; got a variance of "
            f"{variance:.3g} for {phi.name}; use one that is not flat there"
        )
    scale = 1.0 / math.sqrt(variance)
    jacobian = _jacobian(phi, lambda z: scale * (phi(z) - shift))
    return Standardizing(scale, shift, jacobian, *_stability("standardizing_constants", jacobian, weight_sum))


def _means(phi: Activation, f: Callable[[np.ndarray], ArrayLike]) -> Any:
    return expectation(f, (*phi.breakpoints, 0.0))


def _jacobian(phi: Activation, standardized: Callable[[np.ndarray], Array]) -> np.ndarray:
    """As `moment_map_jacobian` at mean 0 and variance 1, of outputs that have the same."""

    def products(z: np.ndarray) -> np.ndarray:
        values = np.asarray(standardized(z))
        return np.stack([values, values**2])[:, None] * np.stack([z, (z**2 - 1.0) / 2.0])

    return _means(phi, products)


def _stability(name: str, jacobian: np.ndarray, weight_sum: float) -> tuple[np.ndarray, bool]:
    """The eigenvalues of a layer's map at its fixed point, and whether it is stable."""
    if not math.isfinite(weight_sum):
        raise ValueError(f"{name}: weight_sum must be finite; got {weight_sum}; use 0 for weights of mean 0")
    eigenvalues = np.linalg.eigvals(jacobian * np.array([weight_sum, 1.0]))
    return eigenvalues, bool(np.all(np.abs(eigenvalues) < 1.0 - _MARGIN))
