"""A transformer's block: attention between tokens, then a feed-forward part in every token."""

from collections.abc import Callable
from typing import Any

from flax import nnx

from bnact.fused import pre_normalization
from bnact.types import Array, PyTree

from .body import Visit, of_site, over_sites

PLACEMENTS = ("before", "after")
"""Where the stream's norm stands: before attention and feed-forward part, or after the addition."""


class TransformerBlock(nnx.Module):
    """Two residual steps: f is self-attention, and then the feed-forward part second(pair(first(x))).

        placement="before":  x + f(norm(x))        placement="after":  norm(x + f(x))

    Attributes:
      attention: the first f.
      attention_norm, feed_forward_norm: the norms of the two steps.
      first, norm_act, second: the feed-forward part; its pair has its own norm, in its own order.
      placement: see above.
      sites: 1.

    Source: Vaswani et al., Attention is all you need, 2017 (after); Xiong et al., On layer normalization in
    the transformer architecture, 2020 (before).
    """

    def __init__(
        self,
        attention_norm: Any,
        attention: Any,
        feed_forward_norm: Any,
        first: Any,
        norm_act: Any,
        second: Any,
        placement: str,
    ):
        """Makes the block of its parts, in the order of the computation under placement "before"."""
        self.attention_norm, self.attention = attention_norm, attention
        self.feed_forward_norm = feed_forward_norm
        self.first, self.norm_act, self.second = first, norm_act, second
        self.placement = placement
        self.sites = 1

    def through(self, visit: Visit, x: Array, each: PyTree) -> tuple[Array, PyTree]:
        """The block, its pair applied by `visit`; see `bnact.nn.body.Link`."""

        def feed_forward(x: Array) -> tuple[Array, PyTree]:
            h, output = visit(self.norm_act, pre_normalization(self.first(x)), of_site(each, 0))
            return self.second(h), over_sites(output)

        x, _ = self._step(self.attention_norm, lambda x: (self.attention(x), None), x)
        return self._step(self.feed_forward_norm, feed_forward, x)

    def _step(
        self, norm: Callable[[Array], Array], f: Callable[[Array], tuple[Array, PyTree]], x: Array
    ) -> tuple[Array, PyTree]:
        if self.placement == "before":
            y, output = f(norm(x))
            return x + y, output
        y, output = f(x)
        return norm(x + y), output
