"""What a transformer has beside its pairs: tokens with their places, and self-attention."""

import jax
import jax.numpy as jnp
from flax import nnx

from bnact.numerics import wide
from bnact.types import Array

LONGEST_WAVE = 10_000.0
"""The slowest wave of `waves` turns once in 2 pi times so many places."""


class Embedding(nnx.Module):
    """A linear map of every token, and waves that tell its place.

    Attributes:
      linear: the map.
    """

    def __init__(self, linear: nnx.Linear):
        """Makes the embedding of its linear map."""
        self.linear = linear

    def __call__(self, x: Array) -> Array:
        """(..., tokens, in_features) -> (..., tokens, width)."""
        y = self.linear(x)
        return y + jnp.broadcast_to(waves(*y.shape[-2:]).astype(y.dtype), y.shape)


def waves(tokens: int, width: int) -> Array:
    """(tokens, width) sines and cosines of a place's number, from fast to slow.

    Source: Vaswani et al., Attention is all you need, 2017.
    """
    channel = jnp.arange(width)
    rate = LONGEST_WAVE ** (-2.0 * (channel // 2).astype(jnp.float32) / width)
    angle = jnp.arange(tokens, dtype=jnp.float32)[:, None] * rate[None]
    return jnp.where((channel % 2 == 0)[None], jnp.sin(angle), jnp.cos(angle))


class SelfAttention(nnx.Module):
    """Every token takes a weighted mean of all tokens' values, in several heads.

    In each head the weights are softmax(q k / sqrt(features of a head)) over the tokens.

    Attributes:
      into: the linear map that makes queries, keys and values, (width,) to (3 width,).
      out: the linear map of the heads' means, (width,) to (width,).
      heads: how many; they divide the width.

    Source: Vaswani et al., Attention is all you need, 2017.
    """

    def __init__(self, into: nnx.Linear, out: nnx.Linear, heads: int):
        """Makes the layer of its parts; see the attributes."""
        self.into, self.out, self.heads = into, out, heads

    def __call__(self, x: Array) -> Array:
        """(..., tokens, width) -> (..., tokens, width)."""
        made = self.into(x)
        split = made.reshape(*made.shape[:-1], 3, self.heads, -1)
        query, key, value = (split[..., part, :, :] for part in range(3))
        scores = jnp.einsum("...qhf,...khf->...hqk", query, key) * query.shape[-1] ** -0.5
        weights = jax.nn.softmax(wide(scores), axis=-1).astype(value.dtype)
        means = jnp.einsum("...hqk,...khf->...qhf", weights, value)
        return self.out(means.reshape(x.shape))
