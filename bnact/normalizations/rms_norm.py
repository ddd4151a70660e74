"""Root mean square normalization: every example divided by the size of its features."""

from bnact.normalizations.example_norm import example_norm
from bnact.normalizations.normalization import Normalization
from bnact.normalizations.standardization import STANDARDIZATIONS


def rms_norm(epsilon: float = 1e-6, use_scale: bool = True) -> Normalization:
    """RMS norm: y = x / sqrt(mean(x^2) + epsilon) * scale over the last axis.

    With epsilon 0 a row of zeros comes out as zeros, and its gradient is 0. Values whose squares underflow,
    below 1e-19 in float32, are as zeros.

    Args:
      epsilon: added to the mean square; 1e-6 as in flax.
      use_scale: whether to learn a scale. There is no bias.

    Returns:
      Normalization whose state is (); train and axis_name make no difference to it.

    Raises:
      ValueError: epsilon is negative.

    Source: Zhang, Sennrich, "Root mean square layer normalization", 2019.
    """
    return example_norm("rms_norm", STANDARDIZATIONS["rms"], epsilon, use_scale, use_bias=False)
