"""The parameters of Flax Linen's norms, for modules of NNX."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from flax import linen
from flax.nnx.nn import dtypes
from jax.typing import DTypeLike

from bnact.types import Array

Initializer = Callable[..., Array]


def declared(module: linen.Module, name: str, init: Initializer, shape: tuple[int, ...]) -> Initializer:
    """An initializer that takes Linen's parameter of that name, and makes it flat, as NNX has it."""

    def value(key: Array, flat: tuple[int, ...], dtype: DTypeLike) -> Array:
        del key
        return jnp.reshape(module.param(name, init, shape, dtype), flat)

    return value


def unless_initializing(module: linen.Module, mapped: Any) -> Any:
    """What says which mapped axis to share statistics over, or None in `init`, which needs no mapped axis."""
    return None if module.is_initializing() else mapped


def without_averages(args: tuple, /, *, dtype: Any = None) -> tuple:
    """Flax's `promote_dtype`, which in Linen leaves the running averages out."""
    x, _, _, *parameters = args
    return dtypes.promote_dtype((x, *parameters), dtype=dtype)
