"""What a norm asks of its arguments, checked where they come in."""

import math
import numbers
import sys

import jax.numpy as jnp
from jax import lax

from bnact.types import Array, AxisName, PyTree


def checked_epsilon(norm: str, epsilon: float) -> float:
    """The epsilon, or a ValueError unless it is finite and not negative."""
    if not _is_within(epsilon, 0.0, sys.float_info.max):
        raise ValueError(f"{norm}: epsilon must be finite and at least 0; got epsilon={epsilon!r}; use 1e-5")
    return epsilon


def checked_momentum(norm: str, momentum: float) -> float:
    """The momentum, or a ValueError unless it is in [0, 1]."""
    if not _is_within(momentum, 0.0, 1.0):
        raise ValueError(
            f"{norm}: momentum, the weight of the old value, must be in [0, 1]; got momentum={momentum!r}; "
            f"use 0.99"
        )
    return momentum


def _is_within(value: float, low: float, high: float) -> bool:
    try:
        return bool(low <= value <= high)
    except TypeError:
        return False


def checked_features(norm: str, num_features: int) -> int:
    """The number of features, or an error unless it is a positive integer."""
    whole = hasattr(num_features, "__index__") and getattr(num_features, "ndim", 0) == 0
    if isinstance(num_features, bool) or not whole:
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


def checked_input(norm: str, x: Array, params: PyTree) -> Array:
    """The input as an array, or an error unless it is floating with the features of the parameters last."""
    if hasattr(x, "_asdict"):
        raise TypeError(
            f"{norm}: arguments must be params, state, x in this order; got a {type(x).__name__} as x; use "
            "apply(params, state, x)"
        )
    x = jnp.asarray(x)
    if not jnp.issubdtype(x.dtype, jnp.floating):
        raise TypeError(f"{norm}: x must be real floating; got {x.dtype}; use x.astype(jnp.float32)")
    if x.ndim == 0:
        raise ValueError(f"{norm}: x must have its features on the last axis; got a scalar; use x[None]")
    if not hasattr(params, "_asdict"):
        raise TypeError(
            f"{norm}: params must be the named tuple that init returns; got {type(params).__name__}; "
            f"use init({x.shape[-1]})[0]"
        )
    for parameter, values in params._asdict().items():
        if values is not None and values.ndim > 0 and values.shape != x.shape[-1:]:
            raise ValueError(
                f"{norm}: x's last axis must match the parameters; got x of shape {x.shape}, {parameter} of "
                f"shape {values.shape}; use init({x.shape[-1]}), or move the features last"
            )
    return x


def checked_state(norm: str, x: Array, state: PyTree, kind: type) -> None:
    """Nothing, or an error unless the state is of that kind, and its averages over the features of x."""
    if not isinstance(state, kind):
        raise TypeError(
            f"{norm}: state must be a {kind.__name__}, as init returns it; got {type(state).__name__}; "
            f"use init({x.shape[-1]})[1]"
        )
    for average, values in state._asdict().items():
        if values is not None and values.ndim > 0 and values.shape != x.shape[-1:]:
            raise ValueError(
                f"{norm}: x's last axis must match the state; got x of shape {x.shape}, {average} of shape "
                f"{values.shape}; use init({x.shape[-1]}), or move the features last"
            )


def checked_examples(norm: str, shape: tuple[int, ...], axis_name: AxisName | None) -> None:
    """Nothing, or a ValueError where statistics over the examples would see one of them alone."""
    members = 1 if axis_name is None else lax.axis_size(axis_name)
    if math.prod(shape[:-1]) * members == 1:
        raise ValueError(
            f"{norm}: training takes statistics over at least 2 examples; got 1, x of shape {shape}; "
            f"use train=False, or a larger batch; for gradients of single examples, "
            f"bnact.normalizations.lifecycle.frozen_gradients and what stands beside it"
        )


def checked_positive(norm: str, **settings: float) -> None:
    """Nothing, or a ValueError unless every setting, given by its name, is finite and above 0."""
    for setting, value in settings.items():
        if not (0 < value < math.inf):
            raise ValueError(f"{norm}: {setting} must be finite and above 0; got {setting}={value}; use 1.0")


def checked_size(norm: str, setting: str, size: int, least: int = 1) -> None:
    """Nothing, or a ValueError unless the setting is a whole number of at least `least`."""
    if isinstance(size, bool) or not isinstance(size, numbers.Integral) or size < least:
        raise ValueError(
            f"{norm}: {setting} must be a whole number of at least {least}; got {setting}={size!r}; "
            f"use {setting}={max(least, 1)}"
        )
