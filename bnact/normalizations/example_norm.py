"""Norms that standardize each example by itself, over its features, and remember nothing."""

from bnact.normalizations.affine import Affine, initial_affine
from bnact.normalizations.border import checked_epsilon, checked_features
from bnact.normalizations.normalization import Normalization, standardizing
from bnact.normalizations.reduction import Reduction, whole
from bnact.normalizations.standardization import Standardization
from bnact.normalizations.standardizes import Standardizes
from bnact.types import AxisName


def example_norm(
    name: str, standardization: Standardization, epsilon: float, use_scale: bool, use_bias: bool
) -> Normalization:
    """The norm that takes its statistics over the last axis.

    Args:
      name: for its error messages.
      standardization: over "features", centered or not.
      epsilon: added to the variance, or to the mean square.
      use_scale: whether to learn a scale.
      use_bias: whether to learn a bias.

    Returns:
      Normalization whose state is (). Training or not, and divided over devices or not, it does the same.

    Raises:
      ValueError: epsilon is negative.
    """
    checked_epsilon(name, epsilon)

    def init(num_features: int) -> tuple[Affine, tuple[()]]:
        return initial_affine(checked_features(name, num_features), use_scale, use_bias), ()

    def reduction(shape: tuple[int, ...], axis_name: AxisName | None) -> Reduction:
        del axis_name  # an example needs no other
        return whole(standardization, shape)

    return standardizing(init, Standardizes(name, reduction, epsilon))
