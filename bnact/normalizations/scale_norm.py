"""Scale normalization: every example brought to one learned length."""

import math

import jax.numpy as jnp

from bnact.normalizations.affine import Affine
from bnact.normalizations.border import checked_epsilon
from bnact.normalizations.memoryless import memoryless
from bnact.normalizations.normalization import Normalization
from bnact.normalizations.standardize import quotient, standard_deviation
from bnact.numerics.moments import moments
from bnact.types import Array


def scale_norm(epsilon: float = 1e-5) -> Normalization:
    """Scale norm: y = x / max(length, epsilon) * scale, length = sqrt(sum(x^2)) over the last axis.

    The scale is one number, sqrt(features) at first. A row of zeros comes out as zeros, with epsilon 0 too;
    there its gradient is 0 then. Values whose squares underflow, below 1e-19 in float32, are as zeros.

    Args:
      epsilon: the least length that is divided by; 1e-5 as in the paper.

    Returns:
      Normalization whose parameters are an `Affine` with a scale of shape () and no bias, and whose state is
      (); train and axis_name make no difference to it.

    Raises:
      ValueError: epsilon is negative.

    Source: Nguyen, Salazar, "Transformers without tears: improving the normalization of self-attention",
    2019.
    """
    name = "scale_norm"
    checked_epsilon(name, epsilon)

    def initial(num_features: int) -> Affine:
        return Affine(jnp.asarray(math.sqrt(num_features), jnp.float32), None)

    def formula(params: Affine, x: Array, mask: Array | None) -> Array:
        assert params.scale is not None
        squares = moments(x, (x.ndim - 1,), mask, centered=False).squares
        length = standard_deviation(squares, 0.0)
        divisor = jnp.expand_dims(jnp.where(length > epsilon, length, epsilon), -1)
        return quotient(x, jnp.broadcast_to(divisor, x.shape)) * params.scale.astype(x.dtype)

    return memoryless(name, initial, formula)
