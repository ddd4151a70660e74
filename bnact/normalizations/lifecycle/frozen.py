"""A norm that is in training what it is in evaluation."""

from jax import lax

from bnact.normalizations.normalization import Normalization
from bnact.types import Array, AxisName, PyTree


def frozen(norm: Normalization) -> Normalization:
    """The norm with its state as it is: y of evaluation, whatever `train` says, and the same state again.

    Gradients reach the input, and the scale and the bias, which are still learned; to fix those too, leave
    them out of what the optimizer updates. The statistics are constants. A single example is a batch.

    Args:
      norm: any norm; to one that remembers nothing it makes no difference.

    Returns:
      Normalization with the norm's own `init`, so that one takes over the other's parameters and state.
    """

    def apply(
        params: PyTree,
        state: PyTree,
        x: Array,
        train: bool = True,
        mask: Array | None = None,
        axis_name: AxisName | None = None,
    ) -> tuple[Array, PyTree]:
        del train
        constant = lax.stop_gradient(state)
        y, _ = norm.apply(params, constant, x, train=False, mask=mask, axis_name=axis_name)
        return y, constant

    return Normalization(norm.init, apply)
