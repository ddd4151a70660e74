"""A multilayer perceptron over any pair, its depth by scan."""

from collections.abc import Callable

import jax.numpy as jnp
from flax import nnx
from jax.typing import DTypeLike

from bnact.activations import Activation, Learnable
from bnact.types import Array

from .block import Block, Pair
from .initializers import normal_for, normal_with_gain
from .norm_act import NormAct
from .precision import computed, in_type_of_input
from .stack import Stack


class MLP(nnx.Module):
    """`depth` hidden layers of equal width, each a `Block`, and a linear readout.

    Hidden layers of equal shape are one stacked `Block` that a scan runs through, so that the time to
    compile does not grow with the depth.

    Attributes:
      first: the first hidden layer, or None where it has the shape of the others.
      hidden: the stack of all others, or None if there are none.
      readout: the linear map behind them.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        *,
        width: int,
        depth: int,
        norm: str = "batch",
        activation: str | Activation | Learnable = "relu",
        order: str = "before",
        epsilon: float = 1e-5,
        momentum: float = 0.99,
        dtype: DTypeLike | None = None,
        param_dtype: DTypeLike = jnp.float32,
        rngs: nnx.Rngs,
    ):
        """Makes the network.

        Args:
          in_features: numbers in one example.
          out_features: numbers in one output, for instance classes.
          width: units in each hidden layer.
          depth: hidden layers, at least 1.
          norm, activation, order, epsilon, momentum: of every hidden layer, as in `NormAct`.
          dtype: of the arithmetic and the output; None takes the input's own, the parameters' where that is
            not floating. Statistics are float32 or wider in any case.
          param_dtype: of all parameters.
          rngs: keys for the initial values; hidden weights are drawn with `normal_for(activation)`.

        Raises:
          ValueError: depth below 1, unknown norm or activation, an order that is neither, or a type that is
            not real floating.
        """
        self.in_features, self.dtype, self.param_dtype = in_features, dtype, param_dtype
        kernel_init = normal_for(activation)

        def block(in_features: int, rngs: nnx.Rngs) -> Block[NormAct]:
            pair = NormAct(
                width,
                norm,
                activation,
                order,
                epsilon=epsilon,
                momentum=momentum,
                dtype=dtype,
                param_dtype=param_dtype,
            )
            return Block(
                in_features, width, pair, kernel_init, dtype=dtype, param_dtype=param_dtype, rngs=rngs
            )

        self.first, self.hidden = hidden_layers(block, in_features, width, depth, rngs)
        self.readout = nnx.Linear(
            width,
            out_features,
            dtype=dtype,
            param_dtype=param_dtype,
            kernel_init=normal_with_gain(1.0),
            promote_dtype=in_type_of_input,
            rngs=rngs,
        )

    def __call__(self, x: Array) -> Array:
        """(..., in_features) -> (..., out_features), in `dtype` or else the input's type.

        Raises:
          ValueError: x has another number of features.
        """
        if x.ndim == 0 or x.shape[-1] != self.in_features:
            raise ValueError(
                f"MLP: x must have in_features={self.in_features} numbers on its last axis; got shape "
                f"{x.shape}; reshape it, or make the network with the features it has"
            )
        # Here and not in the first layer: the scan carries x, and its type must not change on the way.
        x = computed(x, self.dtype, self.param_dtype)
        if self.first is not None:
            x = self.first(x)
        if self.hidden is not None:
            x = self.hidden(x)
        return self.readout(x)


def hidden_layers(
    block: Callable[[int, nnx.Rngs], Block[Pair]], in_features: int, width: int, depth: int, rngs: nnx.Rngs
) -> tuple[Block[Pair] | None, Stack[Block[Pair]] | None]:
    """The hidden layers: those of equal shape in one stack, and the first by itself if it differs.

    The first layer is part of the stack where the input has as many features as the layers have units:
    then a program holds the code of one layer, not of two.

    Args:
      block: makes one layer from its number of inputs and its keys.
      in_features: inputs of the first layer.
      width: outputs of every layer.
      depth: hidden layers.
      rngs: keys for the initial values.

    Returns:
      The first layer, or None if it is in the stack; and the stack, or None if there is no other layer.

    Raises:
      ValueError: depth below 1.
    """
    if depth < 1:
        raise ValueError(
            f"MLP: depth must be at least 1 hidden layer; got depth={depth}; use depth=1 or more"
        )
    first = None if in_features == width else block(in_features, rngs)
    stacked = depth if first is None else depth - 1
    hidden = Stack(lambda rngs: block(width, rngs), stacked, rngs=rngs) if stacked else None
    return first, hidden
