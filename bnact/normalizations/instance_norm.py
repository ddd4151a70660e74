"""Instance normalization: every feature of every example standardized over its positions."""

from bnact.normalizations.affine import Affine, initial_affine
from bnact.normalizations.border import checked_epsilon
from bnact.normalizations.memoryless import memoryless
from bnact.normalizations.normalization import Normalization
from bnact.normalizations.own_statistics import normalized_by_own
from bnact.normalizations.positions import position_axes
from bnact.types import Array


def instance_norm(epsilon: float = 1e-5, use_scale: bool = True, use_bias: bool = True) -> Normalization:
    """Instance norm: y = (x - mean) / sqrt(variance + epsilon) * scale + bias over each example's positions.

    x is (examples, ..., features) with at least one axis of positions between the two; mean and variance
    (biased) are over those.

    Args:
      epsilon: added to the variance; 1e-5 as in torch.
      use_scale: whether to learn a scale.
      use_bias: whether to learn a bias.

    Returns:
      Normalization whose state is (); train and axis_name make no difference to it. `apply` raises
      ValueError where x has no axis of positions.

    Raises:
      ValueError: epsilon is negative.

    Source: Ulyanov, Vedaldi, Lempitsky, "Instance normalization: the missing ingredient for fast
    stylization", 2016.
    """
    name = "instance_norm"
    checked_epsilon(name, epsilon)

    def initial(num_features: int) -> Affine:
        return initial_affine(num_features, use_scale, use_bias)

    def formula(params: Affine, x: Array, mask: Array | None) -> Array:
        axes = position_axes(x.ndim)
        if not axes:
            raise ValueError(
                f"{name}: x must have an axis of positions between examples and features; got x of shape "
                f"{x.shape}; use x of shape (examples, positions, features), or layer_norm"
            )
        return normalized_by_own(x, axes, epsilon, params, mask)[0]

    return memoryless(name, initial, formula)
