"""An input standardized as a `Reduction` says."""

import jax.numpy as jnp

from bnact.normalizations.affine import Affine, affine
from bnact.normalizations.own_statistics import normalized_by_own
from bnact.normalizations.reduction import Reduction
from bnact.normalizations.standardize import behind_mask_zero, normalized
from bnact.numerics.moments import Moments, deviation, shared_moments, statistics_dtype
from bnact.types import Array


def reduced_moments(reduction: Reduction, x: Array, mask: Array | None) -> Moments | None:
    """The statistics that are subtracted and divided by, or None where there are none.

    Args:
      reduction: what is reduced.
      x: in its view, 0 behind the mask.
      mask: boolean, in its view, or None.
    """
    if not reduction.has_statistics:
        return None
    return shared_moments(x, reduction.axes, mask, reduction.sharing, reduction.centered)


def normalized_given(
    reduction: Reduction,
    x: Array,
    statistics: Moments | None,
    epsilon: float,
    params: Affine,
    mask: Array | None,
) -> Array:
    """(x - mean) / sqrt(variance + epsilon) * scale + bias of given statistics, 0 behind the mask.

    Args:
      reduction: what is subtracted and divided by.
      x: in its view, float32 or wider, 0 behind the mask.
      statistics: see `reduced_moments`.
      epsilon: not negative, in units of the variance.
      params: scale and bias as they meet the view.
      mask: boolean, in its view, or None.
    """
    if statistics is None:
        return behind_mask_zero(affine(params, x), mask)
    if reduction.divided:
        return normalized(x, statistics, reduction.axes, epsilon, params, mask)
    return behind_mask_zero(affine(params, deviation(x, statistics, reduction.axes)), mask)


def normalized_by_reduction(
    x: Array, reduction: Reduction, epsilon: float, params: Affine, mask: Array | None = None
) -> tuple[Array, Moments | None]:
    """(x - mean) / sqrt(variance + epsilon) * scale + bias with the statistics of x, and these.

    Args:
      x: (..., features), floating, 0 behind the mask; computed in float32 or wider.
      reduction: made for x's shape.
      epsilon: not negative, in units of the variance.
      params: scale and bias, each None or of a shape that broadcasts to x's last axes.
      mask: boolean of x's shape, or None. What is behind it comes out as 0.

    Returns:
      y, of x's shape and dtype, and the moments as the view has them.
    """
    seen, params = reduction.viewed(x), reduction.viewed_affine(params)
    counted = None if mask is None else reduction.viewed(mask)
    if reduction.divided:
        sharing, centered = reduction.sharing, reduction.centered
        y, statistics = normalized_by_own(seen, reduction.axes, epsilon, params, counted, sharing, centered)
        return jnp.reshape(y, x.shape), statistics
    wide = seen.astype(statistics_dtype(seen))
    statistics = reduced_moments(reduction, wide, counted)
    y = normalized_given(reduction, wide, statistics, epsilon, params, counted)
    return jnp.reshape(y.astype(x.dtype), x.shape), statistics
