"""A norm and an activation as one Linen module."""

import jax.numpy as jnp
from flax import linen
from jax.typing import DTypeLike

from bnact import nn
from bnact.activations import Activation, Learnable
from bnact.fused import Keep
from bnact.normalizations import Normalization
from bnact.types import Array, AxisName

from .held import called, running, take_params


class NormAct(linen.Module):
    """`bnact.nn.NormAct` for Linen: norm and activation in either order, fused where they can be.

    What the norm learns is in "params", and what it remembers in "batch_stats", as in `Norm`.

    Attributes:
      norm, activation, order, fused, keep, epsilon, momentum: as in `bnact.nn.NormAct`.
      use_running_average: whether to take what is remembered; here or in the call. A norm that remembers
        nothing needs neither.
      axis_name: the mapped axis, or axes, over which the examples are divided.
      dtype: of the output, to which the input is cast first; None takes the input's own.
      param_dtype: of the parameters.
    """

    norm: str | Normalization = "batch"
    activation: str | Activation | Learnable = "relu"
    order: str = "before"
    fused: bool = True
    keep: Keep = "input"
    epsilon: float | None = None
    momentum: float | None = None
    use_running_average: bool | None = None
    axis_name: AxisName | None = None
    dtype: DTypeLike | None = None
    param_dtype: DTypeLike = jnp.float32

    @linen.compact
    def __call__(
        self, x: Array, use_running_average: bool | None = None, *, mask: Array | None = None
    ) -> Array:
        """The pair applied to `x`, (..., features).

        Args:
          x: floating.
          use_running_average: where the attribute is None.
          mask: boolean, broadcastable to x; True counts.

        Returns:
          An array of x's shape.
        """
        held = nn.NormAct(
            x.shape[-1],
            self.norm,
            self.activation,
            self.order,
            self.fused,
            keep=self.keep,
            epsilon=self.epsilon,
            momentum=self.momentum,
            axis_name=self.axis_name,
            dtype=self.dtype,
            param_dtype=self.param_dtype,
        )
        take_params(self, held)
        remembers = held.state.get_value() != ()
        run = running(self, self.use_running_average, use_running_average, remembers)
        return called(self, held, lambda pair: pair(x, run, mask=mask))
