"""What a network is made of, whatever its architecture: its pairs, its first weights, its types."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax.numpy as jnp
from flax import nnx
from jax.typing import DTypeLike

from bnact.activations import Activation, Learnable
from bnact.normalizations import Normalization
from bnact.normalizations.border import checked_size
from bnact.types import AxisName

from .initializers import Initializer, normal_for, normal_with_gain
from .linear_maps import Convolution, dense
from .norm_act import NormAct
from .precision import checked_dtypes

MakeMap = Callable[[int, int, Initializer, nnx.Rngs], Any]
"""Makes a linear map from its numbers of features in and out, its initializer and its keys."""


class Parted(NamedTuple):
    """A pair that an addition parts; both are made from a number of features.

    Attributes:
      branch: makes what ends the branch of a `PostBlock`.
      joined: makes what follows its addition.
    """

    branch: Callable[[int], Any]
    joined: Callable[[int], Any]


class Design(NamedTuple):
    """The material of a network.

    Attributes:
      pair: makes a pair from its number of features.
      kernel_init: of the linear maps that an activation feeds. In a perceptron and a convolutional network
        also of the first.
      dtype, param_dtype: see `dense`.
      parted: the pair's parts in a `PostBlock`; None where a pair cannot be parted.
      unroll: of the loops over layers, see `Stack`.
    """

    pair: Callable[[int], Any]
    kernel_init: Initializer
    dtype: DTypeLike | None = None
    param_dtype: DTypeLike = jnp.float32
    parted: Parted | None = None
    unroll: int = 1

    def dense(self, in_features: int, out_features: int, kernel_init: Initializer, rngs: nnx.Rngs) -> Any:
        """A map of the last axis in the design's types, see `dense`."""
        types = {"dtype": self.dtype, "param_dtype": self.param_dtype}
        return dense(in_features, out_features, kernel_init, **types, rngs=rngs)

    def convolution(self, stride: int) -> MakeMap:
        """What makes convolutions of that stride in the design's types."""

        def make(in_features: int, out_features: int, kernel_init: Initializer, rngs: nnx.Rngs) -> Any:
            types = {"dtype": self.dtype, "param_dtype": self.param_dtype}
            return Convolution(in_features, out_features, kernel_init, stride=stride, **types, rngs=rngs)

        return make

    def readout(self, in_features: int, out_features: int, rngs: nnx.Rngs) -> Any:
        """The last linear map, whose gain is 1."""
        return self.dense(in_features, out_features, normal_with_gain(1.0), rngs)


class PairKind(NamedTuple):
    """A kind of `NormAct` pair: all that makes one, save its number of features.

    Attributes:
      norm, activation, order, epsilon, momentum, axis_name, dtype, param_dtype: as in `NormAct`.
    """

    norm: str | Normalization
    activation: str | Activation | Learnable
    order: str
    epsilon: float | None = None
    momentum: float | None = None
    axis_name: AxisName | None = None
    dtype: DTypeLike | None = None
    param_dtype: DTypeLike = jnp.float32

    def __call__(self, num_features: int) -> NormAct:
        """A pair of that kind."""
        return NormAct(
            num_features,
            self.norm,
            self.activation,
            self.order,
            epsilon=self.epsilon,
            momentum=self.momentum,
            axis_name=self.axis_name,
            dtype=self.dtype,
            param_dtype=self.param_dtype,
        )

    def norm_alone(self) -> "PairKind":
        """The kind that has the norm and no activation."""
        return self._replace(activation="identity", order="before")

    def activation_alone(self) -> "PairKind":
        """The kind that has the activation and no norm."""
        return self._replace(norm="none", epsilon=None, momentum=None)


def named_design(subject: str, pair: PairKind, unroll: int = 1) -> Design:
    """The design of one kind of pair, initialized with `normal_for(activation)`.

    Args:
      subject: who asks, for the errors.
      pair: what every pair is; the maps have its types.
      unroll: of the loops over layers, see `Stack`.

    Raises:
      ValueError: an unknown activation, a type that is not real floating, or unroll no whole number of at
        least 1.
    """
    checked_dtypes(subject, pair.dtype, pair.param_dtype)
    checked_size(subject, "unroll", unroll)
    return Design(pair, normal_for(pair.activation), pair.dtype, pair.param_dtype, _parted(pair), unroll)


def _parted(pair: PairKind) -> Parted:
    if pair.order == "before":
        return Parted(branch=pair.norm_alone(), joined=pair.activation_alone())
    return Parted(branch=pair.activation_alone()._replace(activation="identity"), joined=pair)
