"""Residual blocks of two linear maps: what they add, and where the pairs stand."""

from typing import Any

from flax import nnx

from bnact.fused import pre_normalization
from bnact.types import Array, PyTree

from .body import Visit, of_site, over_sites


class IdentityBlock(nnx.Module):
    """y = x + second(inner(first(outer(x)))): the stream itself is left alone.

    Both pairs stand ahead of a linear map, norm and activation in the pair's own order.

    Attributes:
      outer, inner: the pairs.
      first, second: the linear maps.
      sites: 2.

    Source: He, Zhang, Ren and Sun, Identity mappings in deep residual networks, 2016.
    """

    def __init__(self, outer: Any, first: Any, inner: Any, second: Any):
        """Makes the block of its parts, in the order of the computation."""
        self.outer, self.first, self.inner, self.second = outer, first, inner, second
        self.sites = 2

    def through(self, visit: Visit, x: Array, each: PyTree) -> tuple[Array, PyTree]:
        """The block, its pairs applied by `visit`; see `bnact.nn.body.Link`."""
        h, of_outer = visit(self.outer, x, of_site(each, 0))
        h, of_inner = visit(self.inner, pre_normalization(self.first(h)), of_site(each, 1))
        return x + self.second(h), over_sites(of_outer, of_inner)


class PostBlock(nnx.Module):
    """y = joined(x + branch(second(inner(first(x))))): an activation on the stream ends every block.

    With the norm before the activation the branch ends with the norm, and `joined` is the activation:
    y = activation(x + norm(second(...))), as in the source. With the norm after the activation there is
    nothing at the branch's end, and `joined` is the pair: y = norm(activation(x + second(...))).

    Attributes:
      first, inner: the first linear map, and the pair that follows it.
      second, branch: the second, and the norm that follows it, or what does nothing.
      joined: what follows the addition.
      sites: 2: `inner` and `joined`.

    Source: He, Zhang, Ren and Sun, Deep residual learning for image recognition, 2016.
    """

    def __init__(self, first: Any, inner: Any, second: Any, branch: Any, joined: Any):
        """Makes the block of its parts, in the order of the computation."""
        self.first, self.inner, self.second = first, inner, second
        self.branch, self.joined = branch, joined
        self.sites = 2

    def through(self, visit: Visit, x: Array, each: PyTree) -> tuple[Array, PyTree]:
        """The block, its pairs applied by `visit`; see `bnact.nn.body.Link`."""
        h, of_inner = visit(self.inner, pre_normalization(self.first(x)), of_site(each, 0))
        made = pre_normalization(x + self.branch(self.second(h)))
        y, of_joined = visit(self.joined, made, of_site(each, 1))
        return y, over_sites(of_inner, of_joined)
