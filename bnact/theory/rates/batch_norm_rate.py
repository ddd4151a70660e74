"""How fast gradients grow, layer by layer, in a wide network with batch norm."""

import math
import warnings
from typing import Literal

from numpy.typing import ArrayLike

from bnact.activations import Activation
from bnact.theory.evaluation import Numbers, without_jumps
from bnact.theory.units.batch_sizes import normalizing_batch

from .norm_after_rate import rate_of_batch, rate_of_infinite_batch
from .rate_arguments import check_numbers, check_order, over_arrays, points_of
from .symmetric_point import point_of

_NAME = "batch_norm_rate"
# A deviation that takes longer to grow tenfold is of no account in the networks that are built.
_LAYERS = 1000


class DriftWarning(UserWarning):
    """In deep networks the batch leaves the state at which the rate holds.

    In that state every example has one variance and every pair one correlation. Said where a deviation from
    it grows tenfold within 1000 layers.
    """


def batch_norm_rate(
    activation: str | Activation,
    batch_size: int | None = None,
    order: Literal["before", "after"] = "before",
    scale: ArrayLike = 1.0,
    shift: ArrayLike = 0.0,
    weight_scale: ArrayLike = 1.0,
) -> Numbers:
    """What one wide layer with batch norm multiplies the squared gradient norm by, towards its input.

    The gradient is with respect to the layer's first array h, in the mean over the weights; epsilon is 0.

    - order "before", h -> W phi(scale BN(h) + shift): in an infinite batch scale^2 E phi'(x)^2 / Var phi(x),
      x = scale z + shift, z standard normal; pi / (pi - 1) for relu. In a batch of B, u uniform on the unit
      sphere of centered vectors and x = scale sqrt(B) u + shift,

          scale^2 B / ((B - 1) (B - 3)) E tr(P D G D P) / (E phi(x1)^2 - E phi(x1) phi(x2)),

      G = I - 1 1^T / B, P = G - u u^T, D = diag(phi'(x)); (B - 2) / (B - 3) for the identity. The scale of
      the weights cancels.
    - order "after", h -> W (scale BN(phi(h)) + shift): in an infinite batch
      weight_scale^2 scale^2 E phi'(h)^2 / Var phi(h) with h = weight_scale scale z at shift 0.

    Both hold at the symmetric fixed point, where every example has one variance and every pair one
    correlation. Depth brings it about unless an eigenvalue of `symmetric_point` exceeds 1.

    Args:
      activation: a name in `ACTIVATIONS` or an `Activation`, without a jump.
      batch_size: B, at least 4; None for an infinite batch.
      order: where the norm stands, "before" or "after" the activation.
      scale: the norm's scale, not 0; any shape.
      shift: the norm's shift, called bias by its module; broadcast against `scale`.
      weight_scale: standard deviation of a weight times the root of its fan-in, so that weight_variance is
        weight_scale^2; likewise.

    Returns:
      The rate: a float for numbers, else float64. Relative error: about 1e-9, but for order "after" with a
      finite batch a standard error of at most 2e-3.

    Raises:
      ValueError: an unknown activation, one that jumps, is constant or too steep; a batch of 3 or fewer;
        another order; a scale of 0; a weight_scale that is not positive; numbers that are not finite; or that
        standard error is not reached.

    Warns:
      DriftWarning: a deviation from that point grows tenfold within 1000 layers. For order "after" this is
        known, and said, for an infinite batch and shift 0 alone.

    Source: Yang, Pennington, Rao, Sohl-Dickstein and Schoenholz, A mean field theory of batch normalization,
    2019, for "before" at scale 1; the others by the same argument.
    """
    phi = without_jumps(_NAME, activation)
    size = normalizing_batch(_NAME, batch_size)
    check_order(_NAME, order)
    check_numbers(_NAME, scale=scale, shift=shift, weight_scale=weight_scale)

    def rate(scale: float, shift: float, weight_scale: float) -> float:
        if order == "before":
            return point_of(_NAME, phi, size, scale, shift).rate
        if size is None:
            return rate_of_infinite_batch(_NAME, phi, scale, shift, weight_scale)
        return rate_of_batch(_NAME, phi, size, scale, shift, weight_scale)

    def eigenvalue(scale: float, shift: float, weight_scale: float) -> float | None:
        if order == "before":
            return point_of(_NAME, phi, size, scale, shift).eigenvalue
        if size is None and shift == 0.0:
            return point_of(_NAME, phi, None, scale * weight_scale, 0.0).eigenvalue
        return None

    eigenvalues = [eigenvalue(*point) for point in points_of(scale, shift, weight_scale)]
    largest = max((value for value in eigenvalues if value is not None), default=None)
    if largest is not None and largest > 10.0 ** (1.0 / _LAYERS):
        warnings.warn(_drift(phi, size, largest), DriftWarning, stacklevel=2)
    return over_arrays(rate, scale, shift, weight_scale)


def _drift(phi: Activation, batch_size: int | None, eigenvalue: float) -> str:
    batch = "an infinite batch" if batch_size is None else f"a batch of {batch_size}"
    return (
        f"{_NAME}: {phi.name} at {batch} leaves the state in which every example has one variance and every "
        f"pair one correlation: a deviation grows by {100.0 * (eigenvalue - 1.0):.3g} % a layer, tenfold in "
        f"{math.log(10.0) / math.log(eigenvalue):.0f} layers, and by then gradients grow at another rate; "
        "use a smaller batch or a shallower network"
    )
