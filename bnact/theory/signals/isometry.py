"""The singular values of a wide network's Jacobian: their mean square, and how far they are from equal."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bnact.activations import Activation
from bnact.numerics.normal_expectation import normal_expectation
from bnact.theory.evaluation import Numbers, count_of, not_negative, number, numbers_of, without_jumps

from .split_points import split_points

Weights = Literal["normal", "orthogonal"]

# The first moment s_1 of the S-transform of W W^T, for weights of unit variance.
_FIRST_MOMENT: dict[str, float] = {"normal": -1.0, "orthogonal": 0.0}


class JacobianMoments(NamedTuple):
    """First two moments of the squared singular values of the input-output Jacobian.

    Attributes:
      mean: of the squared singular values: the growth of a random gradient's squared length.
      variance: of the squared singular values; 0 is dynamical isometry.
      relative_variance: variance / mean^2.
    """

    mean: Numbers
    variance: Numbers
    relative_variance: Numbers


def jacobian_moments(
    activation: str | Activation,
    depth: ArrayLike,
    variance: ArrayLike,
    weight_variance: ArrayLike,
    weights: Weights = "normal",
) -> JacobianMoments:
    """Moments of the squared singular values of D_L W_L ... D_1 W_1, D_l the slopes phi' of a wide layer.

    mean = chi^L and variance = chi^(2L) L (mu_2 / mu_1^2 - 1 - s_1), with chi = weight_variance mu_1,
    mu_k = E phi'(sqrt(variance) z)^(2k), and s_1 = -1 for normal and 0 for orthogonal weights. So orthogonal
    weights with slopes that are all alike keep every direction, and normal ones none: their variance grows
    with the depth whatever the activation.

    Args:
      activation: a name in `ACTIVATIONS` or an `Activation`, without jumps.
      depth: L, number of layers, any shape.
      variance: of the pre-activations, the same in every layer: see `fixed_point`.
      weight_variance: variance of a weight times its fan-in.
      weights: "normal" (independent), or "orthogonal" matrices times the root of `weight_variance`.

    Returns:
      The moments in the limit of infinite width, floats for numbers, else float64 arrays; infinite where
      they are beyond every float64, which `relative_variance` never is.

    Raises:
      ValueError: an unknown activation, or one with a jump; a depth that is no positive integer; a variance
        or weight variance that is negative or not finite; other weights; an activation without a slope there.

    Source: Pennington, Schoenholz and Ganguli, Resurrecting the sigmoid in deep learning through dynamical
    isometry: theory and practice, 2017.
    """
    what = "jacobian_moments"
    phi = without_jumps(what, activation)
    q = not_negative(what, "variance", variance)
    layers, q, s = np.broadcast_arrays(
        _layers(depth), q, not_negative(what, "weight_variance", weight_variance)
    )
    if weights not in _FIRST_MOMENT:
        raise ValueError(
            f"{what}: weights must be 'normal' or 'orthogonal'; got {weights!r}; "
            "use 'normal' for independent weights of any distribution"
        )
    first, second = (_slope_means(phi, power, q) for power in (2, 4))
    if not np.all(first > 0.0):
        raise ValueError(
            f"{what}: activation must have a slope; got {phi.name}, with E phi'^2 = 0 at variance "
            f"{variance}; raise the variance"
        )
    relative = layers * (second / first**2 - 1.0 - _FIRST_MOMENT[weights])
    with np.errstate(over="ignore"):  # infinite, as said
        mean = (s * first) ** layers
        spread = mean**2 * relative
    return JacobianMoments(*(number(of) for of in (mean, spread, relative)))


def _layers(depth: ArrayLike) -> np.ndarray:
    what = "jacobian_moments"
    shape = numbers_of(what, "depth", depth).shape
    counts = [count_of(what, "depth", each) for each in np.asarray(depth).ravel().tolist()]
    return np.array(counts, np.float64).reshape(shape)


def _slope_means(phi: Activation, power: int, variance: np.ndarray) -> np.ndarray:
    """E phi'(u)^power, u of that variance."""
    means = normal_expectation(
        lambda u: phi.derivative(u) ** power, 0.0, np.sqrt(variance), split_points(phi)
    )
    return np.asarray(means)
