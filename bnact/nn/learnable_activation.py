"""An activation with learnable parameters as a module."""

import jax.numpy as jnp
from flax import nnx
from jax.typing import DTypeLike

from bnact.activations import Learnable, get_learnable
from bnact.types import Array


class LearnableActivation(nnx.Module):
    """An activation with parameters of its own for each feature.

    Attributes:
      params: what is learned; for every entry of `bnact.activations.LEARNABLE` an array (num_features,).
      activation: the record.
    """

    def __init__(
        self,
        num_features: int,
        activation: str | Learnable = "prelu",
        *,
        param_dtype: DTypeLike = jnp.float32,
        rngs: nnx.Rngs | None = None,
    ):
        """Makes the module.

        Args:
          num_features: size of the input's last axis.
          activation: name in `bnact.activations.LEARNABLE`, or a `Learnable`.
          param_dtype: type of the parameters.
          rngs: not needed, as nothing here starts at random; taken so that all modules are made alike.

        Raises:
          ValueError: unknown activation, or fewer features than one.
        """
        del rngs
        self.activation = get_learnable(activation)
        self.num_features = num_features
        self.params = nnx.Param(self.activation.init(num_features, param_dtype))

    def __call__(self, x: Array) -> Array:
        """The activation of `x`.

        Args:
          x: of shape (..., num_features).

        Returns:
          An array of x's shape and type.

        Raises:
          ValueError: x has another number of features.
        """
        if x.shape[-1:] != (self.num_features,):
            raise ValueError(
                f"LearnableActivation: x must have {self.num_features} features on its last axis; got shape "
                f"{x.shape}; make the module with num_features={x.shape[-1] if x.ndim else 1}"
            )
        return self.activation.apply(self.params.get_value(), x)
