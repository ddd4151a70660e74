"""Initial weights and biases at the edge of chaos."""

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.typing import DTypeLike

from bnact import theory
from bnact.activations import Activation, Learnable
from bnact.types import Array, Key

from .initializers import Initializer, first_values, normal_with_gain, orthogonal_with_gain


class Initializers(NamedTuple):
    """How a layer begins.

    Attributes:
      kernel: `(key, shape, dtype) -> weights`, flax's kernel_init.
      bias: `(key, shape, dtype) -> biases`, flax's bias_init.
    """

    kernel: Initializer
    bias: Initializer


def critical_normal_for(activation: str | Activation | Learnable, bias_variance: float = 0.0) -> Initializers:
    """Normal weights and biases at the edge of chaos: gradients neither vanish nor explode in a wide network.

    The weights have the variance `bnact.theory.edge_of_chaos` divided by the fan-in. It holds from the first
    layer on for an input whose mean square gives the fixed variance; others come to it over a few layers.

    Args:
      activation: a name, an `Activation` or a `Learnable`.
      bias_variance: of the biases, not negative; 0 makes them 0.

    Returns:
      The initializers of kernel and bias.

    Raises:
      ValueError: an unknown activation, one with a jump, or one without an edge of chaos there.

    Source: Schoenholz, Gilmer, Ganguli and Sohl-Dickstein, Deep information propagation, 2017.
    """
    return Initializers(normal_with_gain(_critical_gain(activation, bias_variance)), _biases(bias_variance))


def critical_orthogonal_for(
    activation: str | Activation | Learnable, bias_variance: float = 0.0
) -> Initializers:
    """As `critical_normal_for`, with orthogonal weights.

    For tanh and a small bias variance all singular values of the network's Jacobian are then near 1, see
    `bnact.theory.jacobian_moments`.

    Args:
      activation: a name, an `Activation` or a `Learnable`.
      bias_variance: of the biases, not negative; 0 makes them 0.

    Returns:
      The initializers of kernel and bias.

    Raises:
      ValueError: an unknown activation, one with a jump, or one without an edge of chaos there.

    Source: Pennington, Schoenholz and Ganguli, Resurrecting the sigmoid in deep learning through dynamical
    isometry: theory and practice, 2017.
    """
    return Initializers(
        orthogonal_with_gain(_critical_gain(activation, bias_variance)), _biases(bias_variance)
    )


def _critical_gain(activation: str | Activation | Learnable, bias_variance: float) -> float:
    return math.sqrt(theory.edge_of_chaos(first_values(activation), bias_variance))


def _biases(variance: float) -> Initializer:
    if variance == 0.0:
        return jax.nn.initializers.zeros  # a normal draw times 0 would be -0 as often as 0

    def biases(key: Key, shape: tuple[int, ...], dtype: DTypeLike = jnp.float32) -> Array:
        return jax.random.normal(key, shape, dtype) * jnp.asarray(math.sqrt(variance), dtype)

    return biases
