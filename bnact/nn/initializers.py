"""Initial weights whose spread is set by a gain."""

import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
from jax.typing import DTypeLike

from bnact import theory
from bnact.activations import Activation, Learnable, at_first, fixed_or_learnable
from bnact.types import Array, Key


def normal_with_gain(gain: Array | float) -> Callable[..., Array]:
    """Normal weights of standard deviation gain / sqrt(fan_in), fan_in the product of all axes but the last.

    With the gain of the activation that feeds a layer, the variance (or second moment) of the signal is
    kept from layer to layer. The gain may be traced, and the underlying normal draws do not depend on it.

    Args:
      gain: standard deviation of a weight times the square root of its fan-in.

    Returns:
      An initializer `(key, shape, dtype) -> weights` as flax takes it.
    """

    def weights(key: Key, shape: tuple[int, ...], dtype: DTypeLike = jnp.float32) -> Array:
        spread = jnp.asarray(gain, dtype) / math.prod(shape[:-1]) ** 0.5
        return jax.random.normal(key, shape, dtype) * spread

    return weights


def normal_for(activation: str | Activation | Learnable) -> Callable[..., Array]:
    """`normal_with_gain` with the gain that keeps the second moment of this activation's outputs.

    For ReLU this is He's initialization, and for prelu his with its first slope. Of one that learns the first
    values count. Source: He et al., "Delving Deep into Rectifiers", 2015.
    """
    chosen = fixed_or_learnable(activation)
    fixed = at_first(chosen) if isinstance(chosen, Learnable) else chosen
    return normal_with_gain(theory.gain(fixed, preserve="second_moment"))
