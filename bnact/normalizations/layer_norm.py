"""Layer normalization: every example standardized over its features."""

from bnact.normalizations.example_norm import example_norm
from bnact.normalizations.normalization import Normalization
from bnact.normalizations.standardization import STANDARDIZATIONS


def layer_norm(epsilon: float = 1e-6, use_scale: bool = True, use_bias: bool = True) -> Normalization:
    """Layer norm: y = (x - mean) / sqrt(variance + epsilon) * scale + bias over the last axis.

    Args:
      epsilon: added to the (biased) variance; 1e-6 as in flax, where torch has 1e-5.
      use_scale: whether to learn a scale.
      use_bias: whether to learn a bias.

    Returns:
      Normalization whose state is (); train and axis_name make no difference to it.

    Raises:
      ValueError: epsilon is negative.

    Source: Ba, Kiros, Hinton, "Layer normalization", 2016.
    """
    return example_norm("layer_norm", STANDARDIZATIONS["layer"], epsilon, use_scale, use_bias)
