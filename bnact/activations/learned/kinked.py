"""The piecewise linear activations with a learnable parameter."""

import jax.numpy as jnp
from jax.typing import ArrayLike

from bnact.types import Array

from .surface import Surface, bound_to_partials, over_last_axis


def prelu(x: ArrayLike, slope: ArrayLike) -> Array:
    """Parametric relu: x where x > 0, slope x elsewhere.

    At 0 the derivatives are the left ones: `slope` by x, 0 by the slope. With slope 0 it is relu, also at
    x = -inf, where it is 0.

    Args:
      x: (..., features), real floating point.
      slope: () or (features,), real floating point.

    Returns:
      Shape and dtype of `x`.

    Raises:
      TypeError: `x` or `slope` is complex, integer or boolean.
      ValueError: `slope` has another shape.

    Source: He, Zhang, Ren and Sun, Delving deep into rectifiers, 2015.
    """
    return over_last_axis("prelu", "slope", _PRELU, x, slope)


def thresholded_linear(x: ArrayLike, threshold: ArrayLike) -> Array:
    """The larger of x and a threshold, max(x, threshold).

    Where the two are equal the derivatives are those left of it: 0 by x, 1 by the threshold. With
    threshold 0 it is relu, with threshold -inf the identity.

    Args:
      x: (..., features), real floating point.
      threshold: () or (features,), real floating point.

    Returns:
      Shape and dtype of `x`.

    Raises:
      TypeError: `x` or `threshold` is complex, integer or boolean.
      ValueError: `threshold` has another shape.

    Source: Singh and Krishnan, Filter response normalization layer: eliminating batch dependence in the
    training of deep neural networks, 2020.
    """
    return over_last_axis("thresholded_linear", "threshold", _THRESHOLDED_LINEAR, x, threshold)


def _prelu(x: Array, slope: Array) -> Array:
    below = jnp.where((slope == 0.0) & (x == -jnp.inf), 0.0, slope * x)
    return jnp.where(x > 0, x, below)


def _larger(x: Array, threshold: Array) -> Array:
    return jnp.maximum(x, threshold)


def _above(x: Array, threshold: Array, yes: Array | float, no: Array | float) -> Array:
    """One value where x is above the threshold, another elsewhere; NaN where either is NaN."""
    value = jnp.where(x > threshold, yes, no).astype(x.dtype)
    return jnp.where(jnp.isnan(x) | jnp.isnan(threshold), jnp.nan, value)


def _zero(x: Array, parameter: Array) -> Array:
    return _above(x, parameter, 0.0, 0.0)


_PRELU = bound_to_partials(
    Surface(
        value=_prelu,
        by_x=lambda x, slope: _above(x, jnp.zeros_like(x), 1.0, slope),
        by_parameter=lambda x, slope: _above(x, jnp.zeros_like(x), 0.0, x),
        by_x_twice=_zero,
        by_both=lambda x, slope: _above(x, jnp.zeros_like(x), 0.0, 1.0),
        by_parameter_twice=_zero,
    )
)

_THRESHOLDED_LINEAR = bound_to_partials(
    Surface(
        value=_larger,
        by_x=lambda x, threshold: _above(x, threshold, 1.0, 0.0),
        by_parameter=lambda x, threshold: _above(x, threshold, 0.0, 1.0),
        by_x_twice=_zero,
        by_both=_zero,
        by_parameter_twice=_zero,
    )
)
