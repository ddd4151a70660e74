"""One hidden layer: a linear map, then norm and activation."""

from collections.abc import Callable
from typing import Generic, TypeVar

from flax import nnx

from bnact.types import Array

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
        rngs: nnx.Rngs,
    ):
        """Makes the block.

        Args:
          in_features, out_features: sizes of the last axis, in and out.
          norm_act: what follows the linear map, called with one array.
          kernel_init: initializer of W.
          rngs: keys for the initial values.
        """
        self.linear = nnx.Linear(in_features, out_features, kernel_init=kernel_init, rngs=rngs)
        self.norm_act = norm_act

    def __call__(self, x: Array) -> Array:
        """(..., in_features) -> (..., out_features)."""
        return self.norm_act(self.linear(x))
