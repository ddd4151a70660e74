"""Dynamic tanh: a learned bounded curve in the place of a norm."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from bnact.normalizations.affine import Affine, affine
from bnact.normalizations.border import checked_positive
from bnact.normalizations.memoryless import memoryless
from bnact.normalizations.normalization import Normalization
from bnact.types import Array


class DynamicTanh(NamedTuple):
    """Parameters of dynamic tanh.

    Attributes:
      scale: (features,), 1 at first.
      bias: (features,), 0 at first.
      alpha: (), how steep the curve is.
    """

    scale: Array
    bias: Array
    alpha: Array


def dynamic_tanh(alpha: float = 0.5) -> Normalization:
    """Dynamic tanh: y = tanh(alpha x) * scale + bias, of each value by itself.

    There are no statistics: it stands where layer norm stood in a transformer.

    Args:
      alpha: first value of the learned alpha; 0.5 as in the paper.

    Returns:
      Normalization whose parameters are a `DynamicTanh` and whose state is (); train and axis_name make no
      difference to it.

    Raises:
      ValueError: alpha is not above 0.

    Source: Zhu, Chen, He, LeCun, Liu, "Transformers without normalization", 2025.
    """
    name = "dynamic_tanh"
    checked_positive(name, alpha=alpha)

    def initial(num_features: int) -> DynamicTanh:
        ones, zeros = jnp.ones(num_features, jnp.float32), jnp.zeros(num_features, jnp.float32)
        return DynamicTanh(ones, zeros, jnp.asarray(alpha, jnp.float32))

    def formula(params: DynamicTanh, x: Array, mask: Array | None) -> Array:
        del mask
        return affine(Affine(params.scale, params.bias), _tanh(params.alpha.astype(x.dtype) * x))

    return memoryless(name, initial, formula)


@jax.custom_jvp
def _tanh(x: Array) -> Array:
    return jnp.tanh(x)


@_tanh.defjvp
def _tanh_derivative(primals: tuple[Array], tangents: tuple[Array]) -> tuple[Array, Array]:
    """1 - tanh(x)^2 without the difference, of which nothing is left from 9 on in float32."""
    (x,), (tangent,) = primals, tangents
    decay = jnp.exp(-2 * jnp.abs(x))
    return _tanh(x), tangent * 4 * decay / jnp.square(1 + decay)
