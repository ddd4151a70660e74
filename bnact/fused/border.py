"""What the fused functions require of their arguments, checked where a user hands them in."""

import math

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike

from bnact.activations import Activation, Learnable
from bnact.normalizations import Affine
from bnact.types import Array

from .own import fused_norms
from .recovered import why_not_recovered


def checked(
    function: str,
    x: ArrayLike,
    scale: ArrayLike | None,
    bias: ArrayLike | None,
    norm: str,
    epsilon: float,
) -> tuple[Array, Affine]:
    """x and the affine map as arrays, or an error that names the rule, what came, and the fix."""
    if norm not in fused_norms():
        raise ValueError(
            f"{function}: norm must standardize by the statistics of its input, which a fused rule is for; "
            f"got norm={norm!r}; use one of {', '.join(fused_norms())}"
        )
    if isinstance(epsilon, jax.Array):
        raise TypeError(
            f"{function}: epsilon must be known when the program is written; got an array, traced or not; "
            f"use a Python float, under jax.jit with static_argnames='epsilon'"
        )
    if not 0 <= epsilon < math.inf:
        raise ValueError(
            f"{function}: epsilon must be finite and at least 0; got epsilon={epsilon}; the default is 1e-5"
        )
    return checked_arrays(function, x, scale, bias)


def checked_arrays(
    function: str, x: ArrayLike, scale: ArrayLike | None, bias: ArrayLike | None
) -> tuple[Array, Affine]:
    """x and the affine map as arrays, or an error unless they are floating and of the same features."""
    x = jnp.asarray(x)
    params = Affine(*(None if each is None else jnp.asarray(each) for each in (scale, bias)))
    if not jnp.issubdtype(x.dtype, jnp.floating):
        raise TypeError(f"{function}: x must be real floating; got {x.dtype}; use x.astype(jnp.float32)")
    if x.ndim < 1:
        raise ValueError(f"{function}: x must have its features on the last axis; got a scalar; use x[None]")
    for name, parameter in params._asdict().items():
        if parameter is not None:
            _check_parameter(function, name, parameter, x)
    return x, params


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
