"""Scale normalization: every example brought to one learned length."""

import math
from typing import Literal

import jax.numpy as jnp

from bnact.normalizations.affine import Affine
from bnact.normalizations.border import checked_epsilon
from bnact.normalizations.memoryless import memoryless
from bnact.normalizations.normalization import Normalization
from bnact.normalizations.standardize import quotient, standard_deviation
from bnact.types import Array


def scale_norm(epsilon: float = 1e-5, p: Literal[1, 2] = 2) -> Normalization:
    """Scale norm: y = x / max(length, epsilon) * scale, length = sum(|x|^p)^(1/p) over the last axis.

    The scale is one number, sqrt(features) at first. A row of zeros comes out as zeros, with epsilon 0 too;
    there its gradient is 0 then. Values whose squares underflow, below 1e-19 in float32, are as zeros.

    Args:
      epsilon: the least length that is divided by; 1e-5 as in the paper.
      p: which length: 2 is sqrt(sum(x^2)), the paper's, and 1 is sum(|x|).

    Returns:
      Normalization whose parameters are an `Affine` with a scale of shape () and no bias, and whose state is
      (); train and axis_name make no difference to it.

    Raises:
      ValueError: epsilon is negative, or p is neither 1 nor 2.

    Source: Nguyen, Salazar, "Transformers without tears: improving the normalization of self-attention",
    2019.
    """
    name = "scale_norm"
    checked_epsilon(name, epsilon)
    if p not in (1, 2):
        raise ValueError(f"{name}: p must be 1 or 2, the length of which order; got p={p!r}; use p=2")

    def initial(num_features: int) -> Affine:
        return Affine(jnp.asarray(math.sqrt(num_features), jnp.float32), None)

    def formula(params: Affine, x: Array, mask: Array | None) -> Array:
        assert params.scale is not None
        del mask  # what it hides is 0, and adds nothing
        squares = jnp.sum(jnp.square(x), -1, keepdims=True)
        length = standard_deviation(squares, 0.0) if p == 2 else jnp.sum(jnp.abs(x), -1, keepdims=True)
        divisor = jnp.where(length > epsilon, length, epsilon)
        return quotient(x, jnp.broadcast_to(divisor, x.shape)) * params.scale.astype(x.dtype)

    return memoryless(name, initial, formula)
