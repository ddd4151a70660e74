"""Every norm of the registry as one Linen module."""

import jax.numpy as jnp
from flax import linen
from jax.typing import DTypeLike

from bnact import nn
from bnact.normalizations import Normalization
from bnact.types import Array, AxisName

from .held import called, running, take_params


class Norm(linen.Module):
    """`bnact.nn.Norm` for Linen: a registered norm, or any `Normalization`.

    What the norm learns is in "params", each under the name that it has among the norm's parameters; what it
    remembers is in "batch_stats", under the names of its state.

    Attributes:
      norm: name in `bnact.normalizations.NORMALIZATIONS`, or a `Normalization` with settings of its own.
      use_running_average: whether to take what is remembered; here or in the call. A norm that remembers
        nothing needs neither.
      axis_name: the mapped axis, or axes, over which the examples are divided.
      dtype: of the output, to which the input is cast first; None takes the input's own.
      param_dtype: of the parameters.
    """

    norm: str | Normalization = "batch"
    use_running_average: bool | None = None
    axis_name: AxisName | None = None
    dtype: DTypeLike | None = None
    param_dtype: DTypeLike = jnp.float32

    @linen.compact
    def __call__(
        self, x: Array, use_running_average: bool | None = None, *, mask: Array | None = None
    ) -> Array:
        """The norm applied to `x`, (..., features).

        Args:
          x: floating.
          use_running_average: where the attribute is None.
          mask: boolean, broadcastable to x; True counts. What is masked out comes out as 0.

        Returns:
          An array of x's shape.
        """
        held = nn.Norm(
            x.shape[-1],
            self.norm,
            axis_name=self.axis_name,
            dtype=self.dtype,
            param_dtype=self.param_dtype,
        )
        take_params(self, held)
        remembers = held.state.get_value() != ()
        run = running(self, self.use_running_average, use_running_average, remembers)
        return called(self, held, lambda norm: norm(x, run, mask=mask))
