"""Means of an activation and its derivative at a standard normal: one example of an infinite batch."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from bnact.activations import Activation
from bnact.numerics.quadrature import expectation
from bnact.theory.evaluation import evaluate

_AGREEMENT = 1e-9
# Panels of the quadrature end at multiples of one half; these split each in two.
_BETWEEN = tuple(np.arange(-12.75, 13.0, 0.5))
# What lies beyond is nearly cut off by the quadrature, which ends at 13.
_FAR = 12.0


class NormalMoments(NamedTuple):
    """Means of f = phi(scale z + shift) - mean and of a = scale phi'(scale z + shift), z standard normal.

    Attributes:
      mean: E phi(scale z + shift).
      variance: E f^2.
      f_z: E f z = E a.
      f_f_bend: E f^2 (z^2 - 1) / 2 = E z f a.
      a_a: E a^2.
    """

    mean: float
    variance: float
    f_z: float
    f_f_bend: float
    a_a: float


def normal_moments(phi: Activation, scale: float, shift: float) -> NormalMoments:
    """The means, to a relative error of about 1e-9.

    Args:
      phi: an activation without jumps.
      scale: the norm's scale, not 0.
      shift: the norm's shift.

    Returns:
      The means.

    Raises:
      ValueError: phi(scale z + shift) overflows, varies over lengths too short for the quadrature, or its
        mean square is made by values beyond 12 standard deviations. The caller puts its name before it.
    """
    kinks = tuple((point - shift) / scale for point in phi.breakpoints)

    def values(z: np.ndarray) -> np.ndarray:
        return evaluate(phi, scale * z + shift)

    try:
        mean = float(expectation(values, kinks))
        rows = _rows(phi, scale, shift, mean)
        means, finer = (np.asarray(expectation(rows, split)) for split in (kinks, (*kinks, *_BETWEEN)))
    except ValueError as error:
        raise _unresolved(phi, scale, shift) from error
    squares, far = means[:2], means[2:4]
    agree = np.abs(squares - finer[:2]) <= _AGREEMENT * squares
    if not (np.all(agree) and np.all(far <= _AGREEMENT * squares)):
        raise _unresolved(phi, scale, shift)
    # Poincare's inequality says E f^2 <= E a^2. Where it fails, all slope lies between the nodes.
    if means[1] < means[0] * (1.0 - _AGREEMENT):
        raise _unresolved(phi, scale, shift)
    return NormalMoments(mean, *(float(means[row]) for row in (0, 4, 5, 1)))


def _unresolved(phi: Activation, scale: float, shift: float) -> ValueError:
    return ValueError(
        "the activation must vary over lengths of a tenth or more, and be finite, within 12 "
        f"standard deviations; got {phi.name} at scale={scale:g}, shift={shift:g}; bring the scale nearer to "
        "1, or the shift to 0, or declare the breakpoints"
    )


def _rows(phi: Activation, scale: float, shift: float, mean: float) -> Callable[[np.ndarray], np.ndarray]:
    """The two squares, the two beyond `_FAR`, and the two products with z."""

    @np.errstate(over="ignore", invalid="ignore")  # what is no number is refused where it is used
    def rows(z: np.ndarray) -> np.ndarray:
        f = evaluate(phi, scale * z + shift) - mean
        a = scale * evaluate(phi.derivative, scale * z + shift)
        far = np.abs(z) > _FAR
        return np.stack([f**2, a**2, f**2 * far, a**2 * far, f * z, f**2 * (z**2 - 1.0) / 2.0])

    return rows
