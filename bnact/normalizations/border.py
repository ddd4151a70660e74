"""What a norm asks of its arguments, checked where they come in."""

import math

import jax.numpy as jnp

from bnact.normalizations.affine import Affine
from bnact.types import Array


def checked_epsilon(norm: str, epsilon: float) -> float:
    """The epsilon, or a ValueError unless it is finite and not negative."""
    if not (0 <= epsilon < math.inf):
        raise ValueError(f"{norm}: epsilon must be finite and at least 0; got epsilon={epsilon}; use 1e-5")
    return epsilon


def checked_momentum(norm: str, momentum: float) -> float:
    """The momentum, or a ValueError unless it is in [0, 1]."""
    if not (0 <= momentum <= 1):
        raise ValueError(
            f"{norm}: momentum, the weight of the old value, must be in [0, 1]; got momentum={momentum}; "
            f"use 0.99"
        )
    return momentum


def checked_features(norm: str, num_features: int) -> int:
    """The number of features, or an error unless it is a positive integer."""
    if isinstance(num_features, bool) or not hasattr(num_features, "__index__"):
        raise TypeError(
            f"{norm}: num_features must be an integer; got {num_features!r} of type "
            f"{type(num_features).__name__}; use the size of x's last axis"
        )
    if num_features < 1:
        raise ValueError(
            f"{norm}: num_features must be at least 1; got num_features={num_features}; "
            f"use the size of x's last axis"
        )
    return int(num_features)


def checked_input(norm: str, x: Array, params: Affine) -> Array:
    """The input as an array, or an error unless it is floating with the features of the parameters last."""
    x = jnp.asarray(x)
    if not jnp.issubdtype(x.dtype, jnp.floating):
        raise TypeError(f"{norm}: x must be real floating; got {x.dtype}; use x.astype(jnp.float32)")
    if x.ndim == 0:
        raise ValueError(f"{norm}: x must have its features on the last axis; got a scalar; use x[None]")
    for parameter, values in params._asdict().items():
        if values is not None and values.shape != x.shape[-1:]:
            raise ValueError(
                f"{norm}: x's last axis must match the parameters; got x of shape {x.shape}, {parameter} of "
                f"shape {values.shape}; use init({x.shape[-1]}), or move the features last"
            )
    return x
