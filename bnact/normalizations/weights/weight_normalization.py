"""What every norm of weights is: a pair of pure functions."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from bnact.types import Array, Key, PyTree


class OutputScale(NamedTuple):
    """The learned parameters of a norm of weights.

    Attributes:
      scale: (outputs,) the factor of each output's weights, float32 or wider; None for 1.
    """

    scale: Array | None


class ApplyToKernel(Protocol):
    """The second function of a norm of weights, under the names by which its arguments may be passed."""

    def __call__(
        self, params: PyTree, state: PyTree, kernel: Array, train: bool = True
    ) -> tuple[Array, PyTree]:
        """(params, state, kernel) -> (normalized kernel, new state)."""
        ...


class WeightNormalization(NamedTuple):
    """A norm of weights as two pure functions; under `jit`, `vmap`, `grad`, `scan` and `remat` alike.

        params, state = norm.init(kernel, key)
        normalized, state = norm.apply(params, state, kernel, train=True)

    Attributes:
      init: (kernel, key) -> (params, state). The parameters are an `OutputScale`; the state is () for a norm
        that remembers nothing. Only a norm that draws something looks at the key.
      apply: (params, state, kernel) -> (normalized kernel, new state), of the kernel's shape and dtype.
        Everything is computed in float32 or wider, and rounded to the kernel's dtype once.
          kernel: (..., outputs), floating: the weights of one output feature are all that share its last
            index, as in flax's dense and convolution kernels.
          train: False leaves the state as it is.
        Kernels that are stacked, as those of a scan, are for `jax.vmap` over both functions.
    """

    init: Callable[[Array, Key], tuple[PyTree, PyTree]]
    apply: ApplyToKernel
