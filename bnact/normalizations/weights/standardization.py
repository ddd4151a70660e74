"""Weight standardization: each output's weights with mean 0 and variance 1."""

from bnact.normalizations.border import checked_epsilon
from bnact.normalizations.standardize import standardized
from bnact.normalizations.weights.kernels import checked_fan_in, input_axes, wide_kernel
from bnact.normalizations.weights.weight_normalization import OutputScale, WeightNormalization
from bnact.numerics.moments import moments
from bnact.types import Array, Key


def weight_standardization(epsilon: float = 1e-5) -> WeightNormalization:
    """Weight standardization: (w - mean) / sqrt(variance + epsilon) of the weights of one output feature.

    Mean and variance (biased) are those of the output's own weights. An output whose weights are all equal
    becomes 0, with epsilon 0 too, and its gradient is 0 then.

    Args:
      epsilon: added to the variance of the weights, which is near 1 / fan-in at first: keep it far below.

    Returns:
      WeightNormalization without parameters or state. Both functions raise ValueError for a kernel of one
      weight an output.

    Raises:
      ValueError: epsilon is negative.

    Source: Qiao, Wang, Liu, Shen, Yuille, "Micro-batch training with batch-channel normalization and weight
    standardization", 2019.
    """
    name = "weight_standardization"
    checked_epsilon(name, epsilon)

    def init(kernel: Array, key: Key) -> tuple[OutputScale, tuple[()]]:
        del key
        checked_fan_in(name, wide_kernel(name, kernel))
        return OutputScale(None), ()

    def apply(
        params: OutputScale, state: tuple[()], kernel: Array, train: bool = True
    ) -> tuple[Array, tuple[()]]:
        del train
        wide = wide_kernel(name, kernel, params)
        checked_fan_in(name, wide)
        axes = input_axes(wide)
        return standardized(wide, moments(wide, axes), axes, epsilon).astype(kernel.dtype), state

    return WeightNormalization(init, apply)
