"""One hidden layer: a linear map, then norm and activation."""

from collections.abc import Callable
from typing import Generic, TypeVar

import jax.numpy as jnp
from flax import nnx
from jax.typing import DTypeLike

from bnact.types import Array

from .precision import checked_dtype, in_type_of_input

Pair = TypeVar("Pair", bound=Callable[[Array], Array])


class Block(nnx.Module, Generic[Pair]):
    """y = norm_act(x W + b).

    The linear map keeps its bias under every norm, so that blocks with and without a norm have the same
    structure: ahead of a norm which subtracts a mean it has no effect and its gradient is zero.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        norm_act: Pair,
        kernel_init: Callable[..., Array],
        *,
        dtype: DTypeLike | None = None,
        param_dtype: DTypeLike = jnp.float32,
        rngs: nnx.Rngs,
    ):
        """Makes the block.

        Args:
          in_features, out_features: sizes of the last axis, in and out.
          norm_act: what follows the linear map, called with one array.
          kernel_init: initializer of W.
          dtype: of the linear map's arithmetic and output; None takes the input's own.
          param_dtype: of W and b.
          rngs: keys for the initial values.

        Raises:
          ValueError: a type that is not real floating.
        """
        self.linear = nnx.Linear(
            in_features,
            out_features,
            dtype=None if dtype is None else checked_dtype("Block", "dtype", dtype),
            param_dtype=checked_dtype("Block", "param_dtype", param_dtype),
            kernel_init=kernel_init,
            promote_dtype=in_type_of_input,
            rngs=rngs,
        )
        self.norm_act = norm_act

    def __call__(self, x: Array) -> Array:
        """(..., in_features) -> (..., out_features)."""
        return self.norm_act(self.linear(x))
