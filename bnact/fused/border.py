"""What the fused functions require of their arguments, checked where a user hands them in."""

import math

import jax.numpy as jnp

from bnact.normalizations import STANDARDIZATIONS
from bnact.types import Array


def checked(function: str, x: Array, scale: Array, bias: Array, norm: str, epsilon: float) -> None:
    """Raises an error that names the rule, what came, and the fix, unless the arguments fit."""
    if norm not in STANDARDIZATIONS:
        raise ValueError(
            f"{function}: norm must have a fused rule; got norm={norm!r}; "
            f"use one of {', '.join(STANDARDIZATIONS)}"
        )
    if not jnp.issubdtype(x.dtype, jnp.floating):
        raise TypeError(f"{function}: x must be real floating; got {x.dtype}; use x.astype(jnp.float32)")
    if x.ndim < 1:
        raise ValueError(f"{function}: x must have its features on the last axis; got a scalar; use x[None]")
    for name, parameter in (("scale", scale), ("bias", bias)):
        if parameter.shape != x.shape[-1:]:
            raise ValueError(
                f"{function}: {name} must have shape (features,) = {x.shape[-1:]}; got {parameter.shape}; "
                f"make it with jnp.{'ones' if name == 'scale' else 'zeros'}({x.shape[-1]})"
            )
        if not jnp.issubdtype(parameter.dtype, jnp.floating):
            raise TypeError(
                f"{function}: {name} must be real floating; got {parameter.dtype}; "
                f"use {name}.astype(jnp.float32)"
            )
    if not 0 <= epsilon < math.inf:
        raise ValueError(
            f"{function}: epsilon must be finite and at least 0; got epsilon={epsilon}; the default is 1e-5"
        )
    if STANDARDIZATIONS[norm].axes == "batch" and x.size == x.shape[-1]:
        raise ValueError(
            f"{function}: batch statistics need at least 2 values of each feature; got x of shape {x.shape}, "
            f"whose output would be the bias whatever x is; use a larger batch or norm='layer'"
        )
