"""What the fused functions require of their arguments, checked where a user hands them in."""

import math

import jax.numpy as jnp

from bnact.activations import Activation, Learnable
from bnact.types import Array, AxisName

from .own import fused_norms
from .recovered import why_not_recovered


def checked(
    function: str,
    x: Array,
    scale: Array | None,
    bias: Array | None,
    norm: str,
    epsilon: float,
    axis_name: AxisName | None = None,
) -> None:
    """Raises an error that names the rule, what came, and the fix, unless the arguments fit."""
    if norm not in fused_norms():
        raise ValueError(
            f"{function}: norm must standardize by the statistics of its input, which a fused rule is for; "
            f"got norm={norm!r}; use one of {', '.join(fused_norms())}"
        )
    if not jnp.issubdtype(x.dtype, jnp.floating):
        raise TypeError(f"{function}: x must be real floating; got {x.dtype}; use x.astype(jnp.float32)")
    if x.ndim < 1:
        raise ValueError(f"{function}: x must have its features on the last axis; got a scalar; use x[None]")
    for name, parameter in (("scale", scale), ("bias", bias)):
        if parameter is not None:
            _check_parameter(function, name, parameter, x)
    if not 0 <= epsilon < math.inf:
        raise ValueError(
            f"{function}: epsilon must be finite and at least 0; got epsilon={epsilon}; the default is 1e-5"
        )
    if norm == "batch" and axis_name is None and x.size == x.shape[-1]:
        raise ValueError(
            f"{function}: batch statistics need at least 2 values of each feature; got x of shape {x.shape}, "
            f"whose output would be the bias whatever x is; use a larger batch or norm='layer'"
        )


def _check_parameter(function: str, name: str, parameter: Array, x: Array) -> None:
    if parameter.shape != x.shape[-1:]:
        raise ValueError(
            f"{function}: {name} must have shape (features,) = {x.shape[-1:]}; got {parameter.shape}; "
            f"make it with jnp.{'ones' if name == 'scale' else 'zeros'}({x.shape[-1]})"
        )
    if not jnp.issubdtype(parameter.dtype, jnp.floating):
        raise TypeError(
            f"{function}: {name} must be real floating; got {parameter.dtype}; use {name}.astype(jnp.float32)"
        )


def checked_keep(subject: str, keep: str, activation: Activation | Learnable, order: str) -> None:
    """Nothing, or a ValueError unless the way back can be computed of what is to be kept."""
    if keep not in ("input", "output"):
        raise ValueError(
            f"{subject}: keep must be 'input' or 'output', of which the gradients are computed; got "
            f"keep={keep!r}; use one of the two"
        )
    if keep == "input":
        return
    if order == "after":
        raise ValueError(
            f"{subject}: keep='output' needs the norm before the activation, since what a norm put out tells "
            f"nothing of its input's mean; got order='after'; use keep='input'"
        )
    why_not = why_not_recovered(activation)
    if why_not is not None:
        raise ValueError(
            f"{subject}: keep='output' needs an activation whose input can be recovered from its output; got "
            f"{activation.name!r}: {why_not}; use keep='input', or one as 'leaky_relu', 'elu', 'softplus'"
        )


def checked_keep_of(subject: str, keep: str, x: Array) -> None:
    """Nothing, or a TypeError where x's type is too narrow for the output to be all that is kept of it."""
    if keep == "output" and jnp.finfo(x.dtype).bits < 32:
        raise TypeError(
            f"{subject}: keep='output' recovers the input from the output, for which {x.dtype} has too few "
            f"digits; got x of {x.dtype}; use keep='input', or float32"
        )
