"""Moments and distribution of one value normalized over its batch, and moments of the batch's variance.

B normal values h, normalized by their own mean and biased variance, are sqrt(B) u with u uniform on the unit
sphere of B - 1 dimensions, whatever the variance is. So xhat^2 / (B - 1) has a beta distribution with
parameters 1/2 and (B - 2) / 2, and the variance of the batch is that of h times a chi-square of B - 1 degrees
over B.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from bnact.theory.evaluation import Numbers, number, whole_number

from .batch_sizes import check_batch_size
from .gamma_ratio import log_gamma_ratio

# Beyond 10 deviations there is a mass of 1e-23; a normal density up to there takes half of these nodes.
_REACH = 10.0
_NODES = 80


def normalized_moment(order: int, batch_size: int) -> float:
    """E xhat^order of one of B normal values normalized by their own biased statistics.

    0 for odd orders, else (B - 1)^j (2 j - 1)!! / ((B - 1) (B + 1) ... (B + 2 j - 3)) with j = order / 2: 1
    for the second, 3 (B - 1) / (B + 1) for the fourth. Epsilon is 0.

    Args:
      order: not negative.
      batch_size: B, at least 2.

    Returns:
      The moment, to about 1e-15 of itself.

    Raises:
      ValueError: an order that is no integer, or negative; a batch size below 2.
    """
    power = whole_number(order)
    if power is None or power < 0:
        raise ValueError(
            f"normalized_moment: order must be an integer of at least 0; got {order!r}; "
            "use normalized_absolute_moment for any other"
        )
    size = check_batch_size("normalized_moment", batch_size)
    return 0.0 if power % 2 else normalized_absolute_moment(float(power), size)


def normalized_absolute_moment(order: float, batch_size: int) -> float:
    """E |xhat|^order of one of B normal values normalized by their own biased statistics.

    (B - 1)^(p/2) Gamma((p + 1) / 2) Gamma((B - 1) / 2) / (sqrt(pi) Gamma((B - 1 + p) / 2)) with p = order: 1
    at B = 2, and the normal's own at an infinite batch. Epsilon is 0.

    Args:
      order: above -1, whole or not.
      batch_size: B, at least 2.

    Returns:
      The moment, to about 1e-15 of itself, times the order where that is large.

    Raises:
      ValueError: an order of -1 or below, or not finite; a batch size below 2.
    """
    if not (math.isfinite(order) and order > -1.0):
        raise ValueError(
            f"normalized_absolute_moment: order must be finite and above -1; got {order}; "
            "lower ones have no mean"
        )
    half, dimensions = order / 2.0, check_batch_size("normalized_absolute_moment", batch_size) - 1
    normal = log_gamma_ratio(0.5, half)
    return math.exp(normal + half * math.log(dimensions) - log_gamma_ratio(dimensions / 2.0, half))


def batch_variance_moment(order: float, batch_size: int, variance: float = 1.0) -> float:
    """E v^order of the biased variance v of B normal values.

    (2 variance / B)^p Gamma((B - 1) / 2 + p) / Gamma((B - 1) / 2) with p = order: variance (B - 1) / B for
    the first, B / ((B - 3) variance) for the inverse.

    Args:
      order: above -(B - 1) / 2, whole or not: 1/2 for the standard deviation, -1 for the inverse.
      batch_size: B, at least 2.
      variance: of the values, positive.

    Returns:
      The moment, to about 1e-15 of itself, times the order where that is large.

    Raises:
      ValueError: an order with an infinite mean, a batch size below 2, or a variance of 0 or below.
    """
    size = check_batch_size("batch_variance_moment", batch_size)
    if not (math.isfinite(order) and 2.0 * order > 1 - size):
        raise ValueError(
            f"batch_variance_moment: order must be finite and above -(B - 1) / 2; got order={order} at "
            f"batch_size={size}; use a larger batch"
        )
    if not (math.isfinite(variance) and variance > 0.0):
        raise ValueError(
            f"batch_variance_moment: variance must be positive and finite; got {variance}; "
            "pass the variance of the values"
        )
    scaled = order * math.log(2.0 * variance / size)
    return math.exp(scaled + log_gamma_ratio((size - 1) / 2.0, order))


def normalized_distribution(value: ArrayLike, batch_size: int) -> Numbers:
    """P(xhat <= value) for one of B normal values normalized by their own biased statistics.

    xhat = sqrt(B - 1) sin(a), the angle a with a density proportional to cos(a)^(B - 3). At B = 2 xhat is -1
    or 1. Epsilon is 0.

    Args:
      value: any shape; infinite ones count.
      batch_size: B, at least 2.

    Returns:
      The probability, to about 1e-15: a float for a number, else float64 shaped like `value`.

    Raises:
      ValueError: a value is NaN; a batch size below 2.
    """
    size = check_batch_size("normalized_distribution", batch_size)
    values = np.asarray(value, np.float64)
    if np.any(np.isnan(values)):
        raise ValueError(f"normalized_distribution: value must not be NaN; got {value}; leave it out")
    if size == 2:
        below = np.where(values >= 1.0, 1.0, np.where(values >= -1.0, 0.5, 0.0))
    else:
        below = 0.5 + _mass_from_zero(np.clip(values / math.sqrt(size - 1), -1.0, 1.0), size - 3)
    return number(below)


def _mass_from_zero(sine: np.ndarray, power: int) -> np.ndarray:
    """The integral of the density cos^power from 0 to the angle of that sine."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    reach = min(_REACH / math.sqrt(power + 1.0), math.pi / 2.0)
    end = np.clip(np.arcsin(sine), -reach, reach)
    # The logarithm of the cosine, which a large power would not forgive the rounding of.
    values = np.exp(power / 2.0 * np.log1p(-(np.sin(end[..., None] * (nodes + 1.0) / 2.0) ** 2)))
    highest = math.exp(log_gamma_ratio((power + 1) / 2.0, 0.5)) / math.sqrt(math.pi)
    return np.clip(highest * end / 2.0 * np.sum(values * weights, -1), -0.5, 0.5)
