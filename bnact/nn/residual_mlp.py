"""A residual network of dense layers over any pair, its depth by scan."""

from typing import Literal

import jax.numpy as jnp
from flax import nnx
from jax.typing import DTypeLike

from bnact.activations import Activation, Learnable
from bnact.normalizations import Normalization
from bnact.types import Array, AxisName

from .bodies import residual_body
from .design import PairKind, named_design
from .precision import checked_input, computed
from .residual_stream import residual_kind


class ResidualMLP(nnx.Module):
    """A linear map; residual blocks of two dense layers each; a linear readout.

    The blocks are those of `ResNet`, with dense maps in the place of convolutions. With blocks "identity" one
    more pair ends the stream; with blocks "post" a pair follows the first map.

    Attributes:
      body: the blocks and the readout, see `Body`.

    Source: He, Zhang, Ren and Sun, Deep residual learning for image recognition, 2016 (post); Identity
    mappings in deep residual networks, 2016 (identity).
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        *,
        width: int,
        depth: int,
        block: Literal["identity", "post"] = "identity",
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
          in_features: numbers in one example.
          out_features: numbers in one output, for instance classes.
          width: numbers in the residual stream.
          depth: residual blocks, at least 1.
          block: "identity" or "post".
          norm, activation, order, epsilon, momentum: of every pair, as in `NormAct`.
          axis_name, unroll, dtype, param_dtype, rngs: as in `MLP`.

        Raises:
          ValueError: depth or unroll below 1, a block that is neither, unknown norm or
            activation, an order that is neither, or a type that is not real floating.
        """
        pair = PairKind(norm, activation, order, epsilon, momentum, axis_name, dtype, param_dtype)
        design = named_design("ResidualMLP", pair, unroll)
        kind = residual_kind("ResidualMLP", block, design)
        self.in_features, self.dtype, self.param_dtype = in_features, dtype, param_dtype
        self.body = residual_body("ResidualMLP", in_features, out_features, width, depth, kind, design, rngs)

    def __call__(self, x: Array) -> Array:
        """(..., in_features) -> (..., out_features), in `dtype` or else the input's type.

        Raises:
          ValueError: x has another number of features.
        """
        checked_input("ResidualMLP", x, (), self.in_features)
        return self.body(computed(x, self.dtype, self.param_dtype))
