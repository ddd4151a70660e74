"""Instance normalization: every feature of every example standardized over its positions."""

from bnact.normalizations.affine import Affine, initial_affine
from bnact.normalizations.border import checked_epsilon, checked_features
from bnact.normalizations.normalization import Normalization, standardizing
from bnact.normalizations.positions import position_axes
from bnact.normalizations.reduction import Reduction
from bnact.normalizations.standardizes import Standardizes
from bnact.types import AxisName


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

    def init(num_features: int) -> tuple[Affine, tuple[()]]:
        return initial_affine(checked_features(name, num_features), use_scale, use_bias), ()

    def reduction(shape: tuple[int, ...], axis_name: AxisName | None) -> Reduction:
        del axis_name  # an example needs no other
        axes = position_axes(len(shape))
        if not axes:
            raise ValueError(
                f"{name}: x must have an axis of positions between examples and features; got x of shape "
                f"{shape}; use x of shape (examples, positions, features), or layer_norm"
            )
        return Reduction(shape, axes)

    return standardizing(init, Standardizes(name, reduction, epsilon))
