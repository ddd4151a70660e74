"""A norm and an activation as one module."""

import functools
import inspect

import jax.numpy as jnp
from flax import nnx
from jax.typing import DTypeLike

from bnact import normalizations
from bnact.activations import Activation, Learnable, fixed_or_learnable
from bnact.fused import act_norm, norm_act
from bnact.normalizations import STANDARDIZATIONS, Normalization, running_averages
from bnact.normalizations.standardize import behind_mask_zero
from bnact.numerics import full_mask
from bnact.types import Array, AxisName

from .held import held_norm_of, hold
from .learnable_activation import LearnableActivation
from .norms.norm import normalization_of
from .precision import checked_dtype


class NormAct(nnx.Module):
    """Normalization and activation, in either order.

        order="before":  y = activation(norm(x))
        order="after":   y = norm(activation(x))

    Where the norm has a fused rule, both are computed by it: the values and gradients are those of
    one after the other, and the backward pass keeps one tensor.

    Attributes:
      activation: the `Activation`; for one that learns, the `LearnableActivation` with its parameters.
      scale, bias: (num_features,), or None for a norm without. What else a norm learns has the name that it
        has among the norm's parameters, as `threshold` or `alpha`.
      state: what the norm remembers; for batch norm a `BatchNormState` with the running averages
        `mean` and `variance` and the `count` of their updates.
      use_running_average: whether a norm takes its running averages, not the batch's statistics;
        `module.train()` and `module.eval()` set it.
    """

    scale: nnx.Param | None
    bias: nnx.Param | None
    state: nnx.BatchStat
    parameters: type

    def __init__(
        self,
        num_features: int,
        norm: str | Normalization = "batch",
        activation: str | Activation | Learnable = "relu",
        order: str = "before",
        fused: bool = True,
        *,
        epsilon: float | None = None,
        momentum: float | None = None,
        use_running_average: bool = False,
        axis_name: AxisName | None = None,
        dtype: DTypeLike | None = None,
        param_dtype: DTypeLike = jnp.float32,
        rngs: nnx.Rngs | None = None,
    ):
        """Makes the module.

        Args:
          num_features: size of the input's last axis.
          norm: name in `bnact.normalizations.NORMALIZATIONS`, or a `Normalization` made with settings of
            its own, which is never fused.
          activation: a name that `bnact.activations.get` knows, or else one in `bnact.activations.LEARNABLE`;
            an `Activation`; or a `Learnable`, which is never fused.
          order: where the norm stands: "before" or "after" the activation.
          fused: False computes norm and activation one after the other and leaves the gradient to
            autodiff: the reference that the fused rule is held to.
          epsilon: added to the variance under the root; None is 1e-5, the same for every norm, so that pairs
            differ in nothing else. (Scale norm compares it with a length.) A `Normalization` has its own.
          momentum: weight of the OLD running average (torch's momentum is one minus this); None is 0.99. A
            `Normalization` has its own.
          use_running_average: see the attribute.
          axis_name: the mapped axis, or axes, over which the examples are divided, as in
            `Normalization.apply`; the two are then computed one after the other.
          dtype: of the output, to which the input is cast first; None takes the input's own. Statistics,
            their running averages and the arithmetic are float32 or wider in any case.
          param_dtype: of all parameters.
          rngs: not needed, as nothing here starts at random; taken so that all modules are made alike.

        Raises:
          ValueError: unknown norm or activation, an order that is neither, a type that is not real floating,
            or epsilon or momentum beside a `Normalization`.
        """
        del rngs
        chosen = fixed_or_learnable(activation)
        learns = isinstance(chosen, Learnable)
        named = isinstance(norm, str)
        if not named:
            _check_left_to_the_norm(epsilon, momentum)
        self.epsilon = 1e-5 if epsilon is None else epsilon
        self.momentum = 0.99 if momentum is None else momentum
        self.normalization = (
            _normalization(norm, self.epsilon, self.momentum) if named else normalization_of("NormAct", norm)
        )
        self.norm, self.order = norm if named else "", checked_order("NormAct", order)
        self.fused = fused and self.norm in STANDARDIZATIONS and axis_name is None and not learns
        self.axis_name = axis_name
        self.use_running_average = use_running_average
        self.dtype = None if dtype is None else checked_dtype("NormAct", "dtype", dtype)
        param_dtype = checked_dtype("NormAct", "param_dtype", param_dtype)
        self.activation = (
            LearnableActivation(num_features, chosen, param_dtype=param_dtype) if learns else chosen
        )
        hold(self, num_features, param_dtype)

    def __call__(
        self, x: Array, use_running_average: bool | None = None, *, mask: Array | None = None
    ) -> Array:
        """The pair applied to `x`; a norm that remembers also updates its running averages in training.

        Args:
          x: of shape (..., num_features).
          use_running_average: overrides the attribute.
          mask: boolean, broadcastable to x; True counts.

        Returns:
          An array of x's shape, in `dtype` or else x's type.
        """
        x = x if self.dtype is None else x.astype(self.dtype)
        running = self.use_running_average if use_running_average is None else use_running_average
        alone = mask is None and not (running and self.norm == "batch")
        if self.fused and alone and isinstance(self.activation, Activation):
            return self._fused(x, self.activation)
        if self.order == "before":
            return self.activation(held_norm_of(self, x, not running, mask))
        x = behind_mask_zero(x, full_mask(mask, x))  # the activation comes first and must not see it either
        return held_norm_of(self, self.activation(x), not running, mask)

    def _fused(self, x: Array, activation: Activation) -> Array:
        scale = jnp.ones(x.shape[-1:], jnp.float32) if self.scale is None else self.scale[...]
        bias = jnp.zeros(x.shape[-1:], jnp.float32) if self.bias is None else self.bias[...]
        pair = norm_act if self.order == "before" else act_norm
        y, statistics = pair(x, scale, bias, self.norm, activation, self.epsilon)
        if self.norm == "batch" and statistics is not None:
            self.state.set_value(running_averages(self.state.get_value(), statistics, self.momentum))
        return y


def checked_order(subject: str, order: str) -> str:
    """The order, or a ValueError unless it is "before" or "after"."""
    if order not in ("before", "after"):
        raise ValueError(
            f"{subject}: order must be 'before' or 'after', where the norm stands; got {order!r}; "
            f"use one of the two"
        )
    return order


def _check_left_to_the_norm(epsilon: float | None, momentum: float | None) -> None:
    if epsilon is not None or momentum is not None:
        raise ValueError(
            f"NormAct: epsilon and momentum must be left out beside a Normalization, which has its own; got "
            f"epsilon={epsilon}, momentum={momentum}; make the norm with them"
        )


# Two modules of equal settings hold the same functions: then they are equal in structure, and `nnx.jit`
# compiles what is done to them once.
@functools.cache
def _normalization(norm: str, epsilon: float, momentum: float) -> Normalization:
    """The norm of that name, made with those of the two settings that its factory takes."""
    factory = normalizations.get(norm)
    settings = {"epsilon": epsilon, "momentum": momentum}
    taken = inspect.signature(factory).parameters
    return factory(**{name: value for name, value in settings.items() if name in taken})
