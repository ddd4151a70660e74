"""A small transformer encoder over any pair, its depth by scan."""

from typing import Literal

import jax.numpy as jnp
from flax import nnx
from jax.typing import DTypeLike

from bnact.activations import Activation, Learnable
from bnact.normalizations import Normalization
from bnact.types import Array, AxisName

from .bodies import transformer_body
from .design import PairKind, named_design
from .precision import checked_input, computed
from .transformer_block import PLACEMENTS


class Transformer(nnx.Module):
    """Tokens, self-attention between them and a pair in each; their mean; a linear readout.

    There are two kinds of norms. The stream's norm stands where `placement` says, f being self-attention or
    the feed-forward part:

        placement="before":  x + f(norm(x))        placement="after":  norm(x + f(x))

    The pair stands in the feed-forward part, second(pair(first(x))), and its own norm where `order` says.
    Under placement "before" one more norm ends the stream. A batch norm takes the statistics of all tokens of
    all examples. A token's place is told by sines and cosines.

    Attributes:
      body: the layers and the readout, see `Body`.

    Source: Vaswani et al., Attention is all you need, 2017 (after); Xiong et al., On layer normalization in
    the transformer architecture, 2020 (before).
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        *,
        width: int,
        depth: int,
        heads: int = 4,
        hidden_width: int | None = None,
        placement: Literal["before", "after"] = "before",
        stream_norm: str | Normalization = "layer",
        norm: str | Normalization = "batch",
        activation: str | Activation | Learnable = "relu",
        order: str = "before",
        epsilon: float | None = None,
        momentum: float | None = None,
        axis_name: AxisName | None = None,
        unroll: int = 1,
        dtype: DTypeLike | None = None,
        param_dtype: DTypeLike = jnp.float32,
        rngs: nnx.Rngs,
    ):
        """Makes the network.

        Args:
          in_features: numbers in one token.
          out_features: numbers in one output, for instance classes.
          width: numbers in the stream, a multiple of `heads`.
          depth: blocks, at least 1.
          heads: of self-attention.
          hidden_width: numbers in the feed-forward part; None is four times the width.
          placement: where the stream's norm stands, see above.
          stream_norm: which it is, as `NormAct` takes a norm.
          norm, activation, order: of the pair, as in `NormAct`.
          epsilon, momentum: of all norms, as in `NormAct`; left out if either norm is a `Normalization`.
          axis_name, unroll, dtype, param_dtype, rngs: as in `MLP`.

        Raises:
          ValueError: depth or unroll below 1, heads that do not divide the width, a placement that is
            neither, unknown norm or activation, an order that is neither, or a type that is not real
            floating.
        """
        _check(width, heads, placement)
        pair = PairKind(norm, activation, order, epsilon, momentum, axis_name, dtype, param_dtype)
        design = named_design("Transformer", pair, unroll)
        self.in_features, self.dtype, self.param_dtype = in_features, dtype, param_dtype
        self.body = transformer_body(
            "Transformer",
            in_features,
            out_features,
            width,
            depth,
            heads,
            4 * width if hidden_width is None else hidden_width,
            placement,
            pair._replace(norm=stream_norm).norm_alone(),
            design,
            rngs,
        )

    def __call__(self, x: Array) -> Array:
        """(..., tokens, in_features) -> (..., out_features), in `dtype` or else the input's type.

        Raises:
          ValueError: x has another number of features, or no tokens.
        """
        checked_input("Transformer", x, ("tokens",), self.in_features)
        return self.body(computed(x, self.dtype, self.param_dtype))


def _check(width: int, heads: int, placement: str) -> None:
    if heads < 1 or width % heads:
        fit = ", ".join(str(count) for count in range(1, width + 1) if width % count == 0)
        raise ValueError(
            f"Transformer: heads must divide the width; got width={width}, heads={heads}; use one of {fit}"
        )
    if placement not in PLACEMENTS:
        raise ValueError(
            f"Transformer: placement must be 'before' or 'after', where the stream's norm stands; got "
            f"{placement!r}; use one of the two"
        )
