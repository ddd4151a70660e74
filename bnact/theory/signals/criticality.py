"""The weight and bias variances at which a deep wide random network neither forgets nor is chaotic."""

from typing import NamedTuple, overload

import numpy as np
from numpy.typing import ArrayLike

from bnact.activations import Activation
from bnact.numerics.brackets import brackets
from bnact.numerics.roots import root_between
from bnact.theory.evaluation import Numbers, not_negative, number, without_jumps

from .fixed_variance import MARGIN
from .normal_means import square_mean_slopes, square_means, square_slope_means

_VARIANCES = 1.2 ** np.arange(-152.0, 127.0)  # 1e-12 to 1e10
# At a variance near 0 rounding is as large as what the slopes differ by, and so it is at a very large one.
_MODERATE = _VARIANCES[(_VARIANCES > 1e-4) & (_VARIANCES < 1e4)]
_NOTHING = 1e-30
_SMALL = np.array([1e-3, 1e-2])


class HalfStablePoint(NamedTuple):
    """Where chi_1 and the slope of the variance map are both 1, at a fixed variance that is not 0.

    Attributes:
      bias_variance: of a bias.
      weight_variance: of a weight times the width.
      variance: the fixed one.
    """

    bias_variance: float
    weight_variance: float
    variance: float


@overload
def edge_of_chaos(activation: str | Activation, bias_variance: float) -> float: ...
@overload
def edge_of_chaos(activation: str | Activation, bias_variance: ArrayLike) -> Numbers: ...
def edge_of_chaos(activation: str | Activation, bias_variance: ArrayLike) -> Numbers:
    """The weight variance at which chi_1 = 1 at the fixed variance: between order, below, and chaos, above.

    chi_1 = 1 asks for the weight variance 1 / E phi'(u)^2, so the fixed variance q solves
    q = E phi(u)^2 / E phi'(u)^2 + bias_variance. Of several that the variance map does not drive off it
    is the smallest, even if iteration from 1 leads elsewhere. Without bias it may be 0, as for tanh, or any,
    as for relu.

    Args:
      activation: a name in `ACTIVATIONS`, or an `Activation` that does not jump.
      bias_variance: of a bias, not negative, any shape.

    Returns:
      The weight variance, of a weight times the width: a float for a number, else float64.

    Raises:
      ValueError: an unknown activation, or one that jumps; a negative bias variance; no edge of chaos.

    Source: Poole, Lahiri, Raghu, Sohl-Dickstein and Ganguli, Exponential expressivity in deep neural
    networks through transient chaos, 2016; Schoenholz, Gilmer, Ganguli and Sohl-Dickstein, Deep information
    propagation, 2017.
    """
    phi = without_jumps("edge_of_chaos", activation)
    biases = not_negative("edge_of_chaos", "bias_variance", bias_variance)
    edges = np.array([_edge(phi, bias) for bias in biases.ravel().tolist()], np.float64)
    return number(edges.reshape(biases.shape))


def _edge(phi: Activation, bias: float) -> float:
    if bias == 0.0 and _rests_at_nothing(phi):
        return _critical_weights(phi, _NOTHING)
    for low, high, crosses in brackets(lambda q: _excess(phi, bias, q), bias + _VARIANCES, MARGIN):
        if crosses:
            variance = root_between(lambda q: float(_excess(phi, bias, np.array([q]))[0]), low, high)
            if abs(1.0 - float(_slopes_apart(phi, np.array([variance]))[0])) <= 1.0 + MARGIN:
                return _critical_weights(phi, variance)
    raise ValueError(
        f"edge_of_chaos: activation must have chi_1 = 1 at a stable variance; got {phi.name} with "
        f"bias_variance={bias}, where no weight variance gives one; use another bias variance or activation"
    )


def half_stable_point(activation: str | Activation) -> HalfStablePoint:
    """Where variance and correlation stay to first order, at a variance that is not 0.

    chi_1 and the slope of the variance map are both 1: E phi'(u)^2 = d E phi(u)^2 / dq gives the variance q,
    chi_1 = 1 the weight variance and q = variance_map(q) the bias variance. Of several with a bias variance
    that is not negative it is the one of the smallest variance.

    Iteration comes to this point from one side at most, and there slowly. For gelu that is from above: from
    variance 1 it comes to rest before, at 3.035, where both slopes are almost 1 too.

    Args:
      activation: a name in `ACTIVATIONS`, or an `Activation` that does not jump.

    Returns:
      The point.

    Raises:
      ValueError: an unknown activation, or one that jumps; or it has no such point: relu, since every
        variance is one; tanh, since its variance always shrinks faster.

    Source: Roberts, Yaida and Hanin, The principles of deep learning theory, 2022.
    """
    phi = without_jumps("half_stable_point", activation)
    for low, high, crosses in brackets(lambda q: _slopes_apart(phi, q), _MODERATE, MARGIN):
        if crosses:
            variance = root_between(lambda q: float(_slopes_apart(phi, np.array([q]))[0]), low, high)
            weights = _critical_weights(phi, variance)
            bias = variance - weights * float(square_means(phi, np.array([variance]))[0])
            if bias >= 0.0:
                return HalfStablePoint(bias, weights, variance)
    raise ValueError(
        "half_stable_point: activation must have both slopes 1 at one variance between 1e-4 and 1e4; got "
        f"{phi.name}, which has not; use edge_of_chaos for a critical weight variance"
    )


def _excess(phi: Activation, bias_variance: float, variance: np.ndarray) -> np.ndarray:
    """By what share a variance exceeds what a layer with chi_1 = 1 makes of it."""
    square, slope = square_means(phi, variance), square_slope_means(phi, variance)
    # Where phi is flat as far as the input reaches, both are 0.
    after = np.divide(square, slope, out=np.where(square > 0.0, np.inf, square), where=slope != 0.0)
    return 1.0 - (after + bias_variance) / variance


def _slopes_apart(phi: Activation, variance: np.ndarray) -> np.ndarray:
    """1 less the slope of the variance map where chi_1 = 1."""
    slope = square_slope_means(phi, variance)
    # Where phi is flat as far as the input reaches, both are 0.
    return 1.0 - np.divide(
        square_mean_slopes(phi, variance), slope, out=np.zeros_like(slope), where=slope != 0.0
    )


def _critical_weights(phi: Activation, variance: float) -> float:
    return 1.0 / float(square_slope_means(phi, np.array([variance]))[0])


def _rests_at_nothing(phi: Activation) -> bool:
    """Whether, with chi_1 = 1 near variance 0 and no bias, variances near 0 do not grow."""
    excess = float(_excess(phi, 0.0, np.array([_NOTHING]))[0])
    if not abs(excess) <= 1e-6:
        return False
    growth = _critical_weights(phi, _NOTHING) * square_means(phi, _SMALL) / _SMALL - 1.0
    return bool(np.all(growth <= MARGIN))
