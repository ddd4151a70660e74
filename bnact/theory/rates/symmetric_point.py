"""The state that batch norm drives a batch to, whether it stays there, and how gradients grow at it."""

import functools
from typing import NamedTuple

from bnact.activations import Activation
from bnact.theory.evaluation import one_number, without_jumps
from bnact.theory.units.batch_sizes import normalizing_batch

from .normal_moments import normal_moments
from .pair_moments import PairMoments, pair_moments
from .rate_arguments import check_numbers, raised_by

# An eigenvalue that exceeds 1 by less is 1 within the error of the quadrature.
_MARGIN = 1e-6


class SymmetricPoint(NamedTuple):
    """A batch of which every example has one variance and every pair one correlation.

    Attributes:
      variance: E phi^2, of what one example hands to the next layer, for weights of unit scale.
      correlation: of what two examples hand to it, (E phi1 phi2) / E phi^2.
      example_eigenvalue: what one layer multiplies a small deviation of an example's variance by.
      pair_eigenvalue: what it multiplies a small deviation of a pair's correlation by, rows summing to 0.
      rate: growth of the squared gradient norm a layer, towards the input.
    """

    variance: float
    correlation: float
    example_eigenvalue: float
    pair_eigenvalue: float
    rate: float

    @property
    def eigenvalue(self) -> float:
        """The larger of the two."""
        return max(self.example_eigenvalue, self.pair_eigenvalue)

    @property
    def stable(self) -> bool:
        """Whether no deviation grows; relu's larger eigenvalue tends to 1 from below as batches grow."""
        return not drifts(self.eigenvalue)


def symmetric_point(
    activation: str | Activation, batch_size: int | None = None, scale: float = 1.0, shift: float = 0.0
) -> SymmetricPoint:
    """The symmetric fixed point of wide layers W phi(scale BN(h) + shift), W of mean 0.

    The second moments S of the centered batch, layer after layer, are S -> G E[phi phi^T] G (G subtracts the
    mean), which depends on S through the direction u of Gh alone. At S = G, a small centered T changes
    E[phi phi^T] by E[phi phi^T (n u^T T u - tr T) / 2], n = B - 1. T that are the same for every permutation
    of the examples fall into two kinds: examples deviate, T = G diag(v) G with v summing to 0, or pairs do, T
    with zero diagonal and rows summing to 0. Each is multiplied by a number. In an infinite batch, with
    f = phi(scale z + shift) - mean: E[f^2 (z^2 - 1)] / (2 E f^2) and (E f z)^2 / E f^2.

    If one is above 1, the batch leaves the point: few examples come to dominate the variance, the depth
    depending on the width and the data, and gradients no longer grow at `rate`.

    Args:
      activation: a name in `ACTIVATIONS` or an `Activation`, without a jump.
      batch_size: B, at least 4; None for an infinite batch.
      scale: the norm's scale, one number, not 0.
      shift: the norm's shift, called bias by its module.

    Returns:
      The point, to about 1e-9.

    Raises:
      ValueError: an unknown activation, one that jumps, is constant over the batch or too steep; a batch of 3
        or fewer; a scale or shift that is an array or not finite, or a scale of 0.

    Source: Yang, Pennington, Rao, Sohl-Dickstein and Schoenholz, A mean field theory of batch normalization,
    2019; the eigenvalues by the derivation above.
    """
    phi = without_jumps("symmetric_point", activation)
    size = normalizing_batch("symmetric_point", batch_size)
    gamma, beta = (one_number("symmetric_point", *each) for each in (("scale", scale), ("shift", shift)))
    check_numbers("symmetric_point", scale=gamma, shift=beta)
    return point_of("symmetric_point", phi, size, gamma, beta)


def drifts(eigenvalue: float) -> bool:
    """Whether a deviation multiplied by this in every layer grows."""
    return eigenvalue > 1.0 + _MARGIN


def point_of(
    what: str, phi: Activation, batch_size: int | None, scale: float, shift: float
) -> SymmetricPoint:
    """`symmetric_point` of arguments that have been checked, for the function `what`."""
    with raised_by(what):
        return unnamed_point(phi, batch_size, scale, shift)


@functools.lru_cache(maxsize=1024)
def unnamed_point(phi: Activation, batch_size: int | None, scale: float, shift: float) -> SymmetricPoint:
    """What `point_of` gives, kept; its errors name no function."""
    if batch_size is None:
        return _of_infinite_batch(phi, scale, shift)
    moments = pair_moments(phi, batch_size, scale, shift)
    spread = moments.f1_f1 - moments.f1_f2
    if not spread > 0.0:
        raise constant(phi, scale, shift)
    second = moments.f1_f1 + moments.mean**2
    return SymmetricPoint(
        variance=second,
        correlation=(moments.f1_f2 + moments.mean**2) / second,
        example_eigenvalue=_example_change(moments, batch_size) / spread,
        pair_eigenvalue=_pair_change(moments, batch_size) / spread,
        rate=_gradient_growth(moments, batch_size) / spread,
    )


def constant(phi: Activation, scale: float, shift: float) -> ValueError:
    """The error for an activation that gives every example the same; the caller puts its name before it."""
    return ValueError(
        f"the activation must vary over the batch; got {phi.name}, which is constant at "
        f"scale={scale:g}, shift={shift:g}; bring the shift nearer to 0"
    )


def _of_infinite_batch(phi: Activation, scale: float, shift: float) -> SymmetricPoint:
    moments = normal_moments(phi, scale, shift)
    if not moments.variance > 0.0:
        raise constant(phi, scale, shift)
    second = moments.variance + moments.mean**2
    return SymmetricPoint(
        variance=second,
        correlation=moments.mean**2 / second,
        example_eigenvalue=moments.f_f_bend / moments.variance,
        pair_eigenvalue=moments.f_z**2 / moments.variance,
        rate=moments.a_a / moments.variance,
    )


def _gradient_growth(m: PairMoments, batch_size: int) -> float:
    """B / ((B - 1) (B - 3)) E tr(P D G D P), D = diag(a), P = G - u u^T, for unit weights and spread.

    The Jacobian of batch norm is sqrt(B) P / |Gh|, and E 1 / |Gh|^2 = 1 / (B - 3) for unit spread.
    """
    own = m.a1_a1 * (1.0 - 1.0 / batch_size) - m.a1_a1_u1_u1
    return batch_size / (batch_size - 3) * (own + m.a1_a2 / batch_size + m.a1_a2_u1_u2)


def _example_change(m: PairMoments, batch_size: int) -> float:
    """The change of G E[phi phi^T] G for T = G diag(v) G, divided by T.

    Given u1 and u2, the squares of the others are (1 - u1^2 - u2^2) / (B - 2) in the mean.
    """
    diagonal = m.f1_f1_u1_u1 - (m.f1_f1 - m.f1_f1_u1_u1) / (batch_size - 1)
    beside = m.f1_f2_u1_u1 - (m.f1_f2 - 2.0 * m.f1_f2_u1_u1) / (batch_size - 2)
    return (batch_size - 1) / 2.0 * (diagonal - 2.0 * beside)


def _pair_change(m: PairMoments, batch_size: int) -> float:
    """The same for T with zero diagonal and rows summing to 0.

    It is n (E f1 f2 u1 u2 - 2 E f1 f2 u1 u3 + E f1 f2 u3 u4), where the means of u3 and u3 u4 given u1 and u2
    follow from sum u = 0 and sum u^2 = 1.
    """
    square_of_sum = 2.0 * (m.f1_f2_u1_u1 + m.f1_f2_u1_u2)
    rest = m.f1_f2 - 2.0 * m.f1_f2_u1_u1
    one, two = batch_size - 2, (batch_size - 2) * (batch_size - 3)
    return (batch_size - 1) * (m.f1_f2_u1_u2 + square_of_sum / one + (square_of_sum - rest) / two)
