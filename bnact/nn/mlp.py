"""A multilayer perceptron over any pair, its depth by scan."""

import jax.numpy as jnp
from flax import nnx
from jax.typing import DTypeLike

from bnact.activations import Activation, Learnable
from bnact.normalizations import Normalization
from bnact.types import Array, AxisName

from .block import Block
from .bodies import perceptron_body
from .design import PairKind, named_design
from .links import Repeated
from .precision import checked_input, computed
from .stack import Stack


class MLP(nnx.Module):
    """`depth` hidden layers of equal width, each a `Block`, and a linear readout.

    Hidden layers of equal shape are one stacked `Block` that a scan runs through, so that the time to
    compile does not grow with the depth.

    Attributes:
      body: the layers and the readout, see `Body`.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        *,
        width: int,
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
          in_features: numbers in one example.
          out_features: numbers in one output, for instance classes.
          width: units in each hidden layer.
          depth: hidden layers, at least 1.
          norm, activation, order, epsilon, momentum: of every hidden layer, as in `NormAct`.
          axis_name: the mapped axis, or axes, over which the examples are divided, as in `NormAct`.
          unroll: how many hidden layers one round of the loop over them computes; as many as there are, and
            there is no loop. A program that is larger and takes longer to compile, and on a CPU faster steps
            (`benchmarks/unrolled.py`) that keep three to four tensors a layer, where in a loop it is two.
          dtype: of the arithmetic and the output; None takes the input's own, the parameters' where that is
            not floating. Statistics are float32 or wider in any case.
          param_dtype: of all parameters.
          rngs: keys for the initial values; hidden weights are drawn with `normal_for(activation)`.

        Raises:
          ValueError: depth or unroll below 1, unknown norm or activation, an order that is neither, or a type
            that is not real floating.
        """
        pair = PairKind(norm, activation, order, epsilon, momentum, axis_name, dtype, param_dtype)
        design = named_design("MLP", pair, unroll)
        self.in_features, self.dtype, self.param_dtype = in_features, dtype, param_dtype
        self.body = perceptron_body("MLP", in_features, out_features, width, depth, design, rngs)

    @property
    def first(self) -> Block | None:
        """The first hidden layer, or None where it has the shape of the others."""
        link = self.body.links[0]
        return link if isinstance(link, Block) else None

    @property
    def hidden(self) -> Stack | None:
        """The stack of all other hidden layers, or None if there are none."""
        link = self.body.links[-1]
        return link.stack if isinstance(link, Repeated) else None

    @property
    def readout(self) -> nnx.Linear:
        """The linear map behind the hidden layers."""
        return self.body.readout

    def __call__(self, x: Array) -> Array:
        """(..., in_features) -> (..., out_features), in `dtype` or else the input's type.

        Raises:
          ValueError: x has another number of features.
        """
        checked_input("MLP", x, (), self.in_features)
        # Here and not in the first layer: the scan carries x, and its type must not change on the way.
        return self.body(computed(x, self.dtype, self.param_dtype))
