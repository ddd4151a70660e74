"""A convolutional network over any pair, its depth by scan."""

from collections.abc import Sequence

import jax.numpy as jnp
from flax import nnx
from jax.typing import DTypeLike

from bnact.activations import Activation, Learnable
from bnact.normalizations import Normalization
from bnact.types import Array, AxisName

from .bodies import conv_body
from .design import PairKind, named_design
from .precision import checked_input, computed


class ConvNet(nnx.Module):
    """Convolutions of 3 by 3 places, each followed by norm and activation; their mean; a linear readout.

    The convolutions stand in stages. The first of every stage but the first has stride 2, so that a stage has
    half the height and width of the one before it. All others of a stage are one stack that a scan runs
    through.

    Attributes:
      body: the layers and the readout, see `Body`.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        *,
        widths: Sequence[int],
        depth: int,
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
          depth: convolutions, at least one for every stage; the stages share them as equally as can be, the
            first ones have more.
          norm, activation, order, epsilon, momentum: of every convolution, as in `NormAct`.
          axis_name, unroll, dtype, param_dtype, rngs: as in `MLP`.

        Raises:
          ValueError: no stage, depth below their number, unroll below 1, unknown norm or activation, an
            order that is neither, or a type that is not real floating.
        """
        pair = PairKind(norm, activation, order, epsilon, momentum, axis_name, dtype, param_dtype)
        design = named_design("ConvNet", pair, unroll)
        self.in_features, self.dtype, self.param_dtype = in_features, dtype, param_dtype
        self.body = conv_body("ConvNet", in_features, out_features, widths, depth, design, rngs)

    def __call__(self, x: Array) -> Array:
        """(..., height, width, in_features) -> (..., out_features), in `dtype` or else the input's type.

        Raises:
          ValueError: x has another number of channels, or is no image.
        """
        checked_input("ConvNet", x, ("height", "width"), self.in_features)
        return self.body(computed(x, self.dtype, self.param_dtype))
