"""How fast gradients grow, layer by layer, in a wide network that normalizes each example."""

import math
from typing import Literal

from numpy.typing import ArrayLike

from bnact.activations import Activation
from bnact.theory.evaluation import Numbers, without_jumps

from .normal_moments import normal_moments
from .rate_arguments import check_numbers, check_order, over_arrays, raised_by


def layer_norm_rate(
    activation: str | Activation,
    order: Literal["before", "after"] = "before",
    scale: ArrayLike = 1.0,
    shift: ArrayLike = 0.0,
    weight_scale: ArrayLike = 1.0,
) -> Numbers:
    """What one wide layer with layer norm multiplies the squared gradient norm by, towards its input.

    - order "before", h -> W phi(scale LN(h) + shift): scale^2 E phi'(x)^2 / E phi(x)^2 with x = scale z +
      shift, z standard normal; 1 for relu. The scale of the weights cancels.
    - order "after", h -> W (scale LN(phi(h)) + shift): weight_scale^2 scale^2 E phi'(h)^2 / Var phi(h) with
      h = weight_scale sqrt(scale^2 + shift^2) z.

    Unlike batch norm's, it subtracts no mean that all examples share, so it does not depend on the batch.

    Args:
      activation: a name in `ACTIVATIONS` or an `Activation`, without a jump.
      order: where the norm stands, "before" or "after" the activation.
      scale: the norm's scale, not 0; any shape.
      shift: the norm's shift, called bias by its module; broadcast against `scale`.
      weight_scale: standard deviation of a weight times the root of its fan-in, so that weight_variance is
        weight_scale^2; likewise.

    Returns:
      The rate, to a relative error of about 1e-9: a float for numbers, else float64.

    Raises:
      ValueError: an unknown activation, one that jumps or is too steep; another order; a scale of 0; a
        weight_scale that is not positive; numbers that are not finite; or phi is constant there.

    Source: the mean field argument of Schoenholz, Gilmer, Ganguli and Sohl-Dickstein, Deep information
    propagation, 2017, at the variance that the norm sets.
    """
    phi = without_jumps("layer_norm_rate", activation)
    check_order("layer_norm_rate", order)
    check_numbers("layer_norm_rate", scale=scale, shift=shift, weight_scale=weight_scale)

    def before(scale: float, shift: float, weight_scale: float) -> float:
        del weight_scale  # the norm divides by it
        moments = normal_moments(phi, scale, shift)
        square = moments.variance + moments.mean**2
        return _ratio(moments.a_a, square, phi, scale, shift)

    def after(scale: float, shift: float, weight_scale: float) -> float:
        spread = math.hypot(scale, shift)
        moments = normal_moments(phi, weight_scale * spread, 0.0)
        slopes = (scale / spread) ** 2 * moments.a_a
        return _ratio(slopes, moments.variance, phi, weight_scale * spread, 0.0)

    with raised_by("layer_norm_rate"):
        return over_arrays(before if order == "before" else after, scale, shift, weight_scale)


def rms_norm_rate(
    activation: str | Activation,
    order: Literal["before", "after"] = "before",
    scale: ArrayLike = 1.0,
    weight_scale: ArrayLike = 1.0,
) -> Numbers:
    """What one wide layer with rms norm, which has no shift, multiplies the squared gradient norm by.

    Before the activation it is `layer_norm_rate`'s: a wide layer's features have mean 0. After it, with
    h -> W scale RMS(phi(h)): weight_scale^2 scale^2 E phi'(h)^2 / E phi(h)^2, h = weight_scale scale z.

    Args:
      activation: a name in `ACTIVATIONS` or an `Activation`, without a jump.
      order: where the norm stands, "before" or "after" the activation.
      scale: the norm's scale, not 0; any shape.
      weight_scale: standard deviation of a weight times the root of its fan-in, so that weight_variance is
        weight_scale^2; broadcast against `scale`.

    Returns:
      The rate, to a relative error of about 1e-9: a float for numbers, else float64.

    Raises:
      ValueError: as `layer_norm_rate`.

    Source: as `layer_norm_rate`; Zhang and Sennrich, Root mean square layer normalization, 2019.
    """
    phi = without_jumps("rms_norm_rate", activation)
    check_order("rms_norm_rate", order)
    check_numbers("rms_norm_rate", scale=scale, weight_scale=weight_scale)

    def rate(scale: float, weight_scale: float) -> float:
        spread = scale if order == "before" else weight_scale * scale
        moments = normal_moments(phi, spread, 0.0)
        return _ratio(moments.a_a, moments.variance + moments.mean**2, phi, spread, 0.0)

    with raised_by("rms_norm_rate"):
        return over_arrays(rate, scale, weight_scale)


def _ratio(slopes: float, size: float, phi: Activation, scale: float, shift: float) -> float:
    if not size > 0.0:
        raise ValueError(
            f"there must be something to normalize; got {phi.name}, which is constant within 13 "
            f"standard deviations at scale={scale:g}, shift={shift:g}; bring the shift nearer to 0"
        )
    return slopes / size
