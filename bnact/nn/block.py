"""One hidden layer: a linear map, then norm and activation."""

from collections.abc import Callable
from typing import Generic, TypeVar

from flax import nnx

from bnact.fused import pre_normalization
from bnact.types import Array, PyTree

from .body import Visit, of_site, over_sites

Pair = TypeVar("Pair", bound=Callable[[Array], Array])
Map = TypeVar("Map", bound=Callable[[Array], Array])


class Block(nnx.Module, Generic[Map, Pair]):
    """y = norm_act(linear(x)).

    The linear map keeps its bias under every norm, so that blocks with and without a norm have the same
    structure: ahead of a norm which subtracts a mean it has no effect and its gradient is zero.

    Attributes:
      linear: the map, for instance of `dense` or a `Convolution`.
      norm_act: what follows it, called with one array.
      sites: 1, how many pairs it has.
    """

    def __init__(self, linear: Map, norm_act: Pair):
        """Makes the block of its two parts; see the attributes."""
        self.linear = linear
        self.norm_act = norm_act
        self.sites = 1

    def __call__(self, x: Array) -> Array:
        """(..., in_features) -> (..., out_features)."""
        return self.norm_act(pre_normalization(self.linear(x)))

    def through(self, visit: Visit, x: Array, each: PyTree) -> tuple[Array, PyTree]:
        """The same, the pair applied by `visit`; see `bnact.nn.body.Link`."""
        y, output = visit(self.norm_act, pre_normalization(self.linear(x)), of_site(each, 0))
        return y, over_sites(output)
