"""Every norm of the registry as one module."""

import functools

import jax.numpy as jnp
from flax import nnx
from jax.typing import DTypeLike

from bnact import normalizations
from bnact.nn.held import held_norm_of, hold
from bnact.nn.precision import checked_dtypes
from bnact.nn.view import set_view
from bnact.normalizations import Normalization
from bnact.types import Array, AxisName


class Norm(nnx.Module):
    """A norm of `bnact.normalizations.NORMALIZATIONS`, or any `Normalization`, as a module.

    What the norm learns are the module's `nnx.Param` variables, each under the name that it has among the
    norm's parameters, as `scale`, `bias`, `threshold` or `alpha`, or None where the norm goes without it.

    Attributes:
      state: an `nnx.BatchStat` with what the norm remembers, such as a `BatchNormState`; () for most.
      use_running_average: whether a norm takes what it remembers, not the batch's statistics;
        `module.train()`, `module.eval()` and `nnx.view` set it.
      parameters: the type of the norm's parameters, a named tuple.
    """

    state: nnx.BatchStat
    parameters: type

    def __init__(
        self,
        num_features: int,
        norm: str | Normalization = "batch",
        *,
        use_running_average: bool = False,
        axis_name: AxisName | None = None,
        dtype: DTypeLike | None = None,
        param_dtype: DTypeLike = jnp.float32,
        rngs: nnx.Rngs | None = None,
    ):
        """Makes the module.

        Args:
          num_features: size of the input's last axis.
          norm: name of a registered norm, taken with its defaults, or a `Normalization` made with settings of
            its own, such as `bnact.normalizations.group_norm(groups=8)`.
          use_running_average: see the attribute.
          axis_name: the mapped axis, or axes, over which the examples are divided.
          dtype: of the output, to which the input is cast first; None takes the input's own. Statistics,
            what is remembered and the arithmetic are float32 or wider in any case.
          param_dtype: of the parameters.
          rngs: not needed, as nothing here starts at random; taken so that all modules are made alike.

        Raises:
          TypeError: norm is neither a name nor a `Normalization`.
          ValueError: unknown norm, a number of features that the norm refuses, or a type that is not real
            floating.
        """
        del rngs
        checked_dtypes("Norm", dtype, param_dtype)
        self.normalization = normalization_of("Norm", norm)
        self.use_running_average, self.axis_name = use_running_average, axis_name
        self.dtype, self.param_dtype = dtype, param_dtype
        hold(self, num_features, param_dtype)

    def __call__(
        self, x: Array, use_running_average: bool | None = None, *, mask: Array | None = None
    ) -> Array:
        """The norm applied to `x`; what it remembers is updated in training.

        Args:
          x: of shape (..., num_features).
          use_running_average: overrides the attribute.
          mask: boolean, broadcastable to x; True counts. What is masked out comes out as 0.

        Returns:
          An array of x's shape, in `dtype` or else x's type.
        """
        x = x if self.dtype is None else x.astype(self.dtype)
        running = self.use_running_average if use_running_average is None else use_running_average
        return held_norm_of(self, x, not running, mask)

    set_view = set_view


def normalization_of(subject: str, norm: str | Normalization) -> Normalization:
    """The norm itself, or the registered norm of that name with its defaults.

    Args:
      subject: of the error message.
      norm: a name or a norm.

    Raises:
      TypeError: it is neither.
      ValueError: there is no norm of that name; the nearest are named.
    """
    if isinstance(norm, str):
        return _with_defaults(norm)
    if not isinstance(norm, Normalization):
        raise TypeError(
            f"{subject}: norm must be a name or a Normalization; got {norm!r}; use norm='batch', or what a "
            f"function of bnact.normalizations returns"
        )
    return norm


# Two modules of the same norm hold the same functions: then they are equal in structure, and `nnx.jit`
# compiles what is done to them once.
@functools.cache
def _with_defaults(name: str) -> Normalization:
    return normalizations.get(name)()
