"""A norm and an activation as one module."""

import functools
from collections.abc import Callable, Mapping

import jax.numpy as jnp
from flax import nnx
from jax.typing import DTypeLike

from bnact import activations, normalizations
from bnact.activations import Activation
from bnact.fused import act_norm, norm_act
from bnact.normalizations import (
    STANDARDIZATIONS,
    Affine,
    Normalization,
    batch_norm,
    layer_norm,
    none,
    rms_norm,
    running_averages,
)
from bnact.types import Array, AxisName

from .precision import checked_dtype


class NormAct(nnx.Module):
    """Normalization and activation, in either order.

        order="before":  y = activation(norm(x))
        order="after":   y = norm(activation(x))

    Where the norm has a fused rule, both are computed by it: the values and gradients are those of
    one after the other, and the backward pass keeps one tensor.

    Attributes:
      scale, bias: (num_features,), or None for a norm without.
      state: what the norm remembers; for batch norm a `BatchNormState` with the running averages
        `mean` and `variance` and the `count` of their updates.
      use_running_average: whether batch norm takes its running averages, not the batch's statistics;
        `module.train()` and `module.eval()` set it.
    """

    def __init__(
        self,
        num_features: int,
        norm: str = "batch",
        activation: str | Activation = "relu",
        order: str = "before",
        fused: bool = True,
        *,
        epsilon: float = 1e-5,
        momentum: float = 0.99,
        use_running_average: bool = False,
        axis_name: AxisName | None = None,
        dtype: DTypeLike | None = None,
        param_dtype: DTypeLike = jnp.float32,
        rngs: nnx.Rngs | None = None,
    ):
        """Makes the module.

        Args:
          num_features: size of the input's last axis.
          norm: name in `bnact.normalizations.NORMALIZATIONS`.
          activation: name in `bnact.activations.ACTIVATIONS`, or an `Activation`.
          order: where the norm stands: "before" or "after" the activation.
          fused: False computes norm and activation one after the other and leaves the gradient to
            autodiff: the reference that the fused rule is held to.
          epsilon: added to the variance under the root; the same for every norm, so that pairs differ in
            nothing else.
          momentum: weight of the OLD running average (torch's momentum is one minus this).
          use_running_average: see the attribute.
          axis_name: the mapped axis, or axes, over which the examples are divided, as in
            `Normalization.apply`; the two are then computed one after the other.
          dtype: of the output, to which the input is cast first; None takes the input's own. Statistics,
            their running averages and the arithmetic are float32 or wider in any case.
          param_dtype: of scale and bias.
          rngs: not needed, as nothing here starts at random; taken so that all modules are made alike.

        Raises:
          ValueError: unknown norm or activation, an order that is neither, or a type that is not real
            floating.
        """
        del rngs
        self.activation = activations.get(activation)
        self.normalization = _normalization(norm, epsilon, momentum)
        self.norm, self.order = norm, checked_order("NormAct", order)
        self.epsilon, self.momentum = epsilon, momentum
        self.fused = fused and norm in STANDARDIZATIONS and axis_name is None
        self.axis_name = axis_name
        self.use_running_average = use_running_average
        self.dtype = None if dtype is None else checked_dtype("NormAct", "dtype", dtype)
        param_dtype = checked_dtype("NormAct", "param_dtype", param_dtype)
        params, state = self.normalization.init(num_features)
        self.scale = None if params.scale is None else nnx.Param(params.scale.astype(param_dtype))
        self.bias = None if params.bias is None else nnx.Param(params.bias.astype(param_dtype))
        self.state = nnx.BatchStat(state)

    def __call__(
        self, x: Array, use_running_average: bool | None = None, *, mask: Array | None = None
    ) -> Array:
        """The pair applied to `x`; batch norm in training also updates its running averages.

        Args:
          x: of shape (..., num_features).
          use_running_average: overrides the attribute.
          mask: boolean, broadcastable to x; True counts.

        Returns:
          An array of x's shape, in `dtype` or else x's type.
        """
        x = x if self.dtype is None else x.astype(self.dtype)
        running = self.use_running_average if use_running_average is None else use_running_average
        if self.fused and mask is None and not (running and self.norm == "batch"):
            return self._fused(x)
        if self.order == "before":
            return self.activation(self._normalized(x, running, mask))
        return self._normalized(self.activation(x), running, mask)

    def _fused(self, x: Array) -> Array:
        scale = jnp.ones(x.shape[-1:], jnp.float32) if self.scale is None else self.scale[...]
        bias = jnp.zeros(x.shape[-1:], jnp.float32) if self.bias is None else self.bias[...]
        pair = norm_act if self.order == "before" else act_norm
        y, statistics = pair(x, scale, bias, self.norm, self.activation, self.epsilon)
        if self.norm == "batch" and statistics is not None:
            self.state.set_value(running_averages(self.state.get_value(), statistics, self.momentum))
        return y

    def _normalized(self, x: Array, running: bool, mask: Array | None) -> Array:
        scale = None if self.scale is None else self.scale[...]
        bias = None if self.bias is None else self.bias[...]
        state = self.state.get_value()
        y, state = self.normalization.apply(
            Affine(scale, bias), state, x, train=not running, mask=mask, axis_name=self.axis_name
        )
        self.state.set_value(state)
        return y


def checked_order(subject: str, order: str) -> str:
    """The order, or a ValueError unless it is "before" or "after"."""
    if order not in ("before", "after"):
        raise ValueError(
            f"{subject}: order must be 'before' or 'after', where the norm stands; got {order!r}; "
            f"use one of the two"
        )
    return order


MADE: Mapping[str, Callable[[float, float], Normalization]] = {
    "none": lambda epsilon, momentum: none(),
    "batch": lambda epsilon, momentum: batch_norm(epsilon, momentum),
    "layer": lambda epsilon, momentum: layer_norm(epsilon),
    "rms": lambda epsilon, momentum: rms_norm(epsilon),
}
"""Of every registered norm, how epsilon and momentum make it: each takes those it has."""


# Two modules of equal settings hold the same functions: then they are equal in structure, and `nnx.jit`
# compiles what is done to them once.
@functools.cache
def _normalization(norm: str, epsilon: float, momentum: float) -> Normalization:
    """The norm of that name, made with those of the two settings that it has."""
    normalizations.get(norm)  # an unknown name is refused with the nearest
    return MADE[norm](epsilon, momentum)
