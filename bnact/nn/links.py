"""The plain links of a network: a map without a pair, a pair without a map, and many links as one."""

from collections.abc import Callable
from typing import Any, Generic

import jax
from flax import nnx

from bnact.types import Array, PyTree

from .body import Visit, of_site, over_sites
from .functional import Module
from .stack import Stack


class Plain(nnx.Module):
    """A map that no pair follows, such as the one that begins a residual stream.

    Attributes:
      map: the module.
      sites: 0.
    """

    def __init__(self, map: Any):
        """Makes the link of a module that is called with one array."""
        self.map = map
        self.sites = 0

    def through(self, visit: Visit, x: Array, each: PyTree) -> tuple[Array, PyTree]:
        """The map's output; nothing is visited."""
        del visit, each
        return self.map(x), None


class Alone(nnx.Module):
    """A pair that no linear map precedes, such as the one that ends a residual stream.

    Attributes:
      norm_act: the pair.
      sites: 1.
    """

    def __init__(self, norm_act: Any):
        """Makes the link of a pair."""
        self.norm_act = norm_act
        self.sites = 1

    def through(self, visit: Visit, x: Array, each: PyTree) -> tuple[Array, PyTree]:
        """The pair's output; see `bnact.nn.body.Link`."""
        y, output = visit(self.norm_act, x, of_site(each, 0))
        return y, over_sites(output)


class Repeated(nnx.Module, Generic[Module]):
    """Links of equal structure as one, which `lax.scan` runs through.

    Attributes:
      stack: the links.
      sites: of all of them.
    """

    def __init__(self, make: Callable[[nnx.Rngs], Module], depth: int, *, unroll: int = 1, rngs: nnx.Rngs):
        """Makes the links; arguments and errors as in `Stack`."""
        self.stack = Stack(make, depth, unroll=unroll, rngs=rngs)
        self.sites = depth * self._single.sites
        self.depth = depth

    @property
    def _single(self) -> Any:
        return self.stack.blocks

    def through(self, visit: Visit, x: Array, each: PyTree) -> tuple[Array, PyTree]:
        """x carried through all links; see `bnact.nn.body.Link`."""
        own = self._single.sites
        each = jax.tree.map(lambda leaf: leaf.reshape(self.depth, own, *leaf.shape[1:]), each)
        x, outputs = self.stack.scan(lambda link, x, one: _through(link, visit, x, one), x, each)
        return x, jax.tree.map(lambda leaf: leaf.reshape(self.sites, *leaf.shape[2:]), outputs)


def _through(link: Any, visit: Visit, x: Array, one: PyTree) -> tuple[Array, PyTree]:
    return link.through(visit, x, one)
