"""A residual network of convolutions over any pair, its depth by scan."""

from collections.abc import Sequence
from typing import Literal

import jax.numpy as jnp
from flax import nnx
from jax.typing import DTypeLike

from bnact.activations import Activation, Learnable
from bnact.normalizations import Normalization
from bnact.types import Array, AxisName

from .bodies import res_net_body
from .design import PairKind, named_design
from .precision import checked_input, computed
from .residual_stream import residual_kind


class ResNet(nnx.Module):
    """Residual blocks of two convolutions of 3 by 3 places each; the mean of all places; a linear readout.

        block="identity":  x + second(pair(first(pair(x))))
        block="post":      activation(x + norm(second(pair(first(x)))))     order="before"
                           norm(activation(x + second(pair(first(x)))))     order="after"

    The blocks stand in stages. A convolution begins every stage; from the second on it has stride 2. With
    blocks "identity" it is linear, and one more pair ends the stream; with blocks "post" a pair follows it.
    (The sources put the stride into a block and a projection beside it; here all blocks of a stage are alike,
    so that a scan runs through them.)

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
        widths: Sequence[int],
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
          in_features: channels of an image.
          out_features: numbers in one output, for instance classes.
          widths: channels of every stage.
          depth: residual blocks, at least one for every stage; the stages share them as equally as can be,
            the first ones have more.
          block: which kind, see above.
          norm, activation, order, epsilon, momentum: of every pair, as in `NormAct`.
          axis_name, unroll, dtype, param_dtype, rngs: as in `MLP`.

        Raises:
          ValueError: no stage, depth below their number, unroll below 1, a block that is neither, unknown
            norm or activation, an order that is neither, or a type that is not real floating.
        """
        pair = PairKind(norm, activation, order, epsilon, momentum, axis_name, dtype, param_dtype)
        design = named_design("ResNet", pair, unroll)
        kind = residual_kind("ResNet", block, design)
        self.in_features, self.dtype, self.param_dtype = in_features, dtype, param_dtype
        self.body = res_net_body("ResNet", in_features, out_features, widths, depth, kind, design, rngs)

    def __call__(self, x: Array) -> Array:
        """(..., height, width, in_features) -> (..., out_features), in `dtype` or else the input's type.

        Raises:
          ValueError: x has another number of channels, or is no image.
        """
        checked_input("ResNet", x, ("height", "width"), self.in_features)
        return self.body(computed(x, self.dtype, self.param_dtype))
