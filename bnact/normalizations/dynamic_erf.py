"""Dynamic erf: a learned bounded curve in the place of a norm."""

import math
from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from bnact.normalizations.affine import Affine, affine
from bnact.normalizations.border import checked_positive
from bnact.normalizations.memoryless import memoryless
from bnact.normalizations.normalization import Normalization
from bnact.types import Array


class DynamicErf(NamedTuple):
    """Parameters of dynamic erf.

    Attributes:
      scale: (features,), 1 at first.
      bias: (features,), 0 at first.
      alpha: (), how steep the curve is.
      shift: (), where it is steepest: at -shift / alpha.
    """

    scale: Array
    bias: Array
    alpha: Array
    shift: Array


def dynamic_erf(alpha: float = 0.5, shift: float = 0.0) -> Normalization:
    """Dynamic erf (Derf): y = erf(alpha x + shift) * scale + bias, of each value by itself.

    Args:
      alpha: first value of the learned alpha; 0.5 as in the paper.
      shift: first value of the learned shift; 0 as in the paper.

    Returns:
      Normalization whose parameters are a `DynamicErf` and whose state is (); train and axis_name make no
      difference to it.

    Raises:
      ValueError: alpha is not above 0, or shift is not finite.

    Source: Chen, Lu, Zhu, Sun, Liu, "Stronger normalization-free transformers", 2025.
    """
    name = "dynamic_erf"
    checked_positive(name, alpha=alpha)
    if not math.isfinite(shift):
        raise ValueError(f"{name}: shift must be finite; got shift={shift}; use 0.0")

    def initial(num_features: int) -> DynamicErf:
        ones, zeros = jnp.ones(num_features, jnp.float32), jnp.zeros(num_features, jnp.float32)
        return DynamicErf(ones, zeros, jnp.asarray(alpha, jnp.float32), jnp.asarray(shift, jnp.float32))

    def formula(params: DynamicErf, x: Array, mask: Array | None) -> Array:
        del mask
        inner = params.alpha.astype(x.dtype) * x + params.shift.astype(x.dtype)
        return affine(Affine(params.scale, params.bias), lax.erf(inner))

    return memoryless(name, initial, formula)
