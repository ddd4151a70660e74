"""A norm and an activation as one module."""

import functools
import inspect

import jax.numpy as jnp
from flax import nnx
from jax.typing import DTypeLike

from bnact import normalizations
from bnact.activations import Activation, Learnable, fixed_or_learnable
from bnact.fused import Keep, Order, checked_keep, checked_keep_of, output_and_state
from bnact.normalizations import Normalization
from bnact.normalizations.border import checked_epsilon, checked_momentum
from bnact.normalizations.standardize import behind_mask_zero
from bnact.normalizations.standardizes import Standardizes
from bnact.numerics import full_mask
from bnact.types import Array, AxisName

from .held import held_norm_of, held_params, hold
from .learnable_activation import LearnableActivation
from .norms.norm import normalization_of
from .precision import checked_dtype
from .view import set_view


class NormAct(nnx.Module):
    """Normalization and activation, in either order.

        order="before":  y = activation(norm(x))
        order="after":   y = norm(activation(x))

    In training, both are computed by one rule where the norm standardizes by its input's own statistics,
    which a `Normalization` says of itself (`standardizes`): the values and gradients are those of one after
    the other, and the backward pass keeps one tensor of x's size.

    Attributes:
      activation: the `Activation`; for one that learns, the `LearnableActivation` with its parameters.
      scale, bias: (num_features,), or None for a norm without. What else a norm learns has the name that it
        has among the norm's parameters, as `threshold` or `alpha`.
      state: what the norm remembers; for batch norm a `BatchNormState` with the running averages
        `mean` and `variance` and the `count` of their updates.
      fused: whether the two are computed by one rule in training.
      use_running_average: whether a norm takes its running averages, not the batch's statistics;
        `module.train()`, `module.eval()` and `nnx.view` set it.
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
        keep: Keep = "input",
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
            its own.
          activation: a name that `bnact.activations.get` knows, or else one in `bnact.activations.LEARNABLE`;
            an `Activation`; or a `Learnable`.
          order: where the norm stands: "before" or "after" the activation.
          fused: False computes norm and activation one after the other and leaves the gradient to
            autodiff: the reference that the fused rule is held to, and the way to forward-mode derivatives.
          keep: of which tensor the fused rule computes the gradients, "input" or "output". With "output" an
            activation's output that leaves its input open makes gradients NaN, as for elu at z < -12.4; see
            `bnact.fused.norm_act`.
          epsilon: added to the variance under the root; None is 1e-5, the same for every norm, so that pairs
            differ in nothing else. (Scale norm compares it with a length.) A norm that divides by nothing
            ignores it. A `Normalization` has its own.
          momentum: weight of the OLD running average (torch's momentum is one minus this); None is 0.99. A
            norm without running averages ignores it. A `Normalization` has its own.
          use_running_average: see the attribute.
          axis_name: the mapped axis, or axes, over which the examples are divided, as in
            `Normalization.apply`.
          dtype: of the output, to which the input is cast first; None takes the input's own. Statistics,
            their running averages and the arithmetic are float32 or wider in any case.
          param_dtype: of all parameters.
          rngs: not needed, as nothing here starts at random; taken so that all modules are made alike.

        Raises:
          TypeError: norm is neither a name nor a `Normalization`, activation nothing that can be one, or
            num_features no integer.
          ValueError: unknown norm or activation, a number of features that the norm refuses, an order that is
            neither, a type that is not real floating, epsilon or momentum out of range, whether or not the
            norm takes it, or beside a `Normalization`, or an output that cannot be all that is kept.
        """
        del rngs
        chosen = fixed_or_learnable(activation)
        learns = isinstance(chosen, Learnable)
        named = isinstance(norm, str)
        if not named:
            _check_left_to_the_norm(epsilon, momentum)
        epsilon = checked_epsilon("NormAct", 1e-5 if epsilon is None else epsilon)
        momentum = checked_momentum("NormAct", 0.99 if momentum is None else momentum)
        self.normalization = (
            _normalization(norm, epsilon, momentum) if named else normalization_of("NormAct", norm)
        )
        self.order: Order = checked_order("NormAct", order)
        self.fused = fused and self.normalization.standardizes is not None
        checked_keep("NormAct", keep, chosen, order)
        self.keep: Keep = checked_fused("NormAct", keep, self.fused)
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

        Raises:
          TypeError: x is not real floating, or too narrow for `keep`, or the mask is not boolean.
          ValueError: x has other features, or the norm would take statistics of a single example.
        """
        x = x if self.dtype is None else x.astype(self.dtype)
        running = self.use_running_average if use_running_average is None else use_running_average
        said = self.normalization.standardizes
        if self.fused and said is not None and not (running and said.memory is not None):
            return self._fused(said, x, mask)
        if self.order == "before":
            return self.activation(held_norm_of(self, x, not running, mask))
        x = behind_mask_zero(x, full_mask(mask, x))  # the activation comes first and must not see it either
        return held_norm_of(self, self.activation(x), not running, mask)

    set_view = set_view

    def _fused(self, said: Standardizes, x: Array, mask: Array | None) -> Array:
        checked_keep_of("NormAct", self.keep, x)
        activation, learned = self.activation, ()
        if isinstance(activation, LearnableActivation):
            activation, learned = activation.activation, activation.params.get_value()
        y, state = output_and_state(
            said,
            activation,
            self.order,
            x,
            held_params(self),
            self.state.get_value(),
            learned,
            mask,
            self.axis_name,
            self.keep,
        )
        if said.memory is not None:
            self.state.set_value(state)
        return y


def checked_fused(subject: str, keep: Keep, fused: bool) -> Keep:
    """What is kept, or a ValueError where there is no rule that could keep the output alone."""
    if keep == "output" and not fused:
        raise ValueError(
            f"{subject}: keep='output' is a choice of the fused rule; got fused=False, or a norm that does "
            f"not standardize by its input's own statistics; use keep='input', or norm='batch'"
        )
    return keep


def checked_order(subject: str, order: str) -> Order:
    """The order, or a ValueError unless it is "before" or "after"."""
    if order not in ("before", "after"):
        raise ValueError(
            f"{subject}: order must be 'before' or 'after', where the norm stands; got {order!r}; "
            f"use one of the two"
        )
    return "before" if order == "before" else "after"


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
