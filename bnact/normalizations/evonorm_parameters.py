"""What an EvoNorm learns when its activation has a slope."""

from typing import NamedTuple

import jax.numpy as jnp

from bnact.types import Array


class EvoNormParameters(NamedTuple):
    """Parameters of the EvoNorms with a slope inside.

    Attributes:
      scale: (features,), 1 at first.
      bias: (features,), 0 at first.
      slope: (features,), 1 at first: the paper's v1.
    """

    scale: Array
    bias: Array
    slope: Array


def initial_evonorm(num_features: int) -> EvoNormParameters:
    """Scale 1, bias 0 and slope 1 in float32."""
    ones = jnp.ones(num_features, jnp.float32)
    return EvoNormParameters(ones, jnp.zeros(num_features, jnp.float32), ones)
