"""The kernels of infinitely wide networks: of their outputs when fresh, and of their training."""

from collections.abc import Callable

import numpy as np
from jax.typing import ArrayLike as FunctionValues
from numpy.typing import ArrayLike

from bnact.activations import Activation, get
from bnact.numerics.pair_quadrature import pair_expectation
from bnact.theory.evaluation import count_of, not_negative, numbers_of, one_number, without_jumps

from .normal_means import square_means, square_slope_means
from .split_points import split_deviations

# What float32 leaves of the symmetry, and of Cauchy's inequality, when a Gram matrix is computed in it.
_ROUNDING = 1e-5


def nngp_kernel(
    activation: str | Activation,
    gram: ArrayLike,
    depth: int,
    weight_variance: float,
    bias_variance: float,
) -> np.ndarray:
    """Covariances of a fresh network's outputs for n inputs, in the limit of infinite width.

    K_0 = weight_variance gram + bias_variance, and for each hidden layer
    K_l = weight_variance E phi(u) phi(v) + bias_variance, (u, v) normal with covariances K_(l-1).

    Args:
      activation: a name in `ACTIVATIONS` or an `Activation`.
      gram: (n, n), products x x' / d of n inputs of d features; X @ X.T / d.
      depth: number of hidden layers; 0 is a linear model.
      weight_variance: of a weight times its fan-in, in every layer, the readout too.
      bias_variance: of a bias.

    Returns:
      (n, n) float64, to about 1e-10 of its diagonal. Inputs of the same length share their quadrature: n
      inputs of n lengths take n (n - 1) / 2 of them a layer, some milliseconds each.

    Raises:
      ValueError: an unknown activation; a Gram matrix that is not square, symmetric and finite, or whose
        correlations exceed 1; a depth that is no integer of at least 0; a variance that is negative or not
        finite; or kernels that grow beyond what the quadrature knows.

    Source: Lee, Bahri, Novak, Schoenholz, Pennington and Sohl-Dickstein, Deep neural networks as Gaussian
    processes, 2018.
    """
    phi = get(activation)
    weights, biases = _variances("nngp_kernel", weight_variance, bias_variance)
    kernel = weights * _gram("nngp_kernel", gram) + biases
    for _ in range(count_of("nngp_kernel", "depth", depth, least=0)):
        kernel = weights * _values("nngp_kernel", phi, kernel) + biases
    return kernel


def neural_tangent_kernel(
    activation: str | Activation,
    gram: ArrayLike,
    depth: int,
    weight_variance: float,
    bias_variance: float,
) -> np.ndarray:
    """Products of the outputs' gradients with respect to all parameters, in the limit of infinite width.

    T_0 = K_0 and T_l = K_l + weight_variance E phi'(u) phi'(v) T_(l-1), K_l and (u, v) as in `nngp_kernel`.
    A layer is written h = sqrt(weight_variance / width) W x + sqrt(bias_variance) b, and the gradients are
    with respect to W and b, which begin as independent standard normals.

    Args:
      activation: a name in `ACTIVATIONS` or an `Activation`, without jumps. At a kink phi' is what
        `derivative` has, which shows where an input is all 0 and there are no biases.
      gram: (n, n), products x x' / d of n inputs of d features; X @ X.T / d.
      depth: number of hidden layers; 0 is a linear model.
      weight_variance: of a weight times its fan-in, in every layer, the readout too.
      bias_variance: of a bias.

    Returns:
      (n, n) float64, to about 1e-10 of its diagonal.

    Raises:
      ValueError: as `nngp_kernel`; or an activation with a jump.

    Source: Jacot, Gabriel and Hongler, Neural tangent kernel: convergence and generalization in neural
    networks, 2018.
    """
    what = "neural_tangent_kernel"
    phi = without_jumps(what, activation)
    weights, biases = _variances(what, weight_variance, bias_variance)
    kernel = tangent = weights * _gram(what, gram) + biases
    for _ in range(count_of(what, "depth", depth, least=0)):
        slopes = weights * _slopes(what, phi, kernel)
        kernel = weights * _values(what, phi, kernel) + biases
        tangent = kernel + slopes * tangent
    return tangent


def _values(what: str, phi: Activation, kernel: np.ndarray) -> np.ndarray:
    return _products(what, phi, phi, square_means, kernel)


def _slopes(what: str, phi: Activation, kernel: np.ndarray) -> np.ndarray:
    return _products(what, phi, phi.derivative, square_slope_means, kernel)


def _products(
    what: str,
    phi: Activation,
    fn: Callable[[np.ndarray], FunctionValues],
    squares: Callable[[Activation, np.ndarray], np.ndarray],
    kernel: np.ndarray,
) -> np.ndarray:
    """E fn(u) fn(v) for every entry of a covariance matrix, fn being phi or phi'."""
    variances, group = np.unique(np.diag(kernel), return_inverse=True)
    means = squares(phi, variances)
    if np.any(np.isnan(means)):
        raise ValueError(
            f"{what}: E phi(u)^2 must be known from within 13 deviations; got {phi.name} at variance "
            f"{variances[np.isnan(means)][0]:.6g}; lower the weight variance or the depth"
        )
    deviations, correlation = np.sqrt(variances), _correlations(kernel)
    result = np.diag(means[group])
    upper, pairs = np.triu(np.ones(kernel.shape, bool), 1), np.sort(np.stack(np.meshgrid(group, group)), 0)
    for first, second in np.unique(pairs[:, upper], axis=1).T:
        here = upper & (pairs[0] == first) & (pairs[1] == second)
        (f, kinks_f), (g, kinks_g) = (_scaled(phi, fn, float(deviations[of])) for of in (first, second))
        result[here] = pair_expectation(f, g, correlation[here], kinks_f, kinks_g)
    return np.where(upper.T, result.T, result)


def _scaled(
    phi: Activation, fn: Callable[[np.ndarray], FunctionValues], deviation: float
) -> tuple[Callable[[np.ndarray], FunctionValues], tuple[float, ...]]:
    """z -> fn(deviation z), and where to split it."""
    kinks = split_deviations(phi, deviation) if deviation > 0.0 else ()
    return lambda z: fn(deviation * z), kinks


def _correlations(kernel: np.ndarray) -> np.ndarray:
    """0 with an input that has no variance, which makes no difference."""
    lengths = np.sqrt(np.diag(kernel))
    both = lengths[:, None] * lengths
    return np.clip(np.divide(kernel, both, out=np.zeros_like(kernel), where=both > 0.0), -1.0, 1.0)


def _variances(what: str, weight_variance: float, bias_variance: float) -> tuple[float, float]:
    given = {"weight_variance": weight_variance, "bias_variance": bias_variance}
    weights, biases = (
        one_number(what, name, not_negative(what, name, value)) for name, value in given.items()
    )
    return weights, biases


def _gram(what: str, gram: ArrayLike) -> np.ndarray:
    """The Gram matrix in float64, exactly symmetric."""
    given = numbers_of(what, "gram", gram)
    if given.ndim != 2 or given.shape[0] != given.shape[1]:
        raise ValueError(f"{what}: gram must be (n, n); got shape {given.shape}; use X @ X.T / features")
    lengths = np.sqrt(np.maximum(np.diag(given), 0.0))
    largest = (1.0 + _ROUNDING) * lengths[:, None] * lengths
    _refuse(~np.isfinite(given), f"{what}: gram must be finite", given)
    _refuse(
        np.abs(given) > largest, f"{what}: gram's products must not exceed the roots of both squares", given
    )
    _refuse(np.abs(given - given.T) > _ROUNDING * largest, f"{what}: gram must be symmetric", given)
    return (given + given.T) / 2.0


def _refuse(wrong: np.ndarray, rule: str, gram: np.ndarray) -> None:
    if np.any(wrong):
        row, column = np.argwhere(wrong)[0]
        raise ValueError(
            f"{rule}; got {gram[row, column]} at ({row}, {column}) and {gram[column, row]} at "
            f"({column}, {row}); use X @ X.T / features"
        )
