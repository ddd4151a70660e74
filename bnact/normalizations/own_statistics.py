"""An input standardized by its own statistics, with the derivative of the whole written by hand.

With n values, d = x - mean, r = 1 / sqrt(variance + epsilon) and a gain,

    y  = gain r d
    dy = gain r (dx - mean(dx) - d r^2 mean(d dx)) + d r dgain

and what is not centred drops mean(dx). Each mean is multiplied by its factors before it is spread over x.
Transposed, that makes sum(g) and sum(g d) of a cotangent g, which are the gradients of bias and gain as well:
two sums where autodiff of the formulas takes four. Nothing the size of x is divided or rooted.

The mean is kept in two numbers, d = (x - mean) - lost. The sums are of x - mean, and what is lost is taken
out of them afterwards, in the statistics' size: mean(d dx) = mean((x - mean) dx) - lost mean(dx).

Source: Ioffe and Szegedy, "Batch normalization: accelerating deep network training by reducing internal
covariate shift", 2015.
"""

import math
from functools import partial

import jax
import jax.numpy as jnp

from bnact.normalizations.affine import Affine, affine
from bnact.normalizations.standardize import behind_mask_zero, gain_and_rest
from bnact.numerics.feature_groups import Sharing
from bnact.numerics.members import ALONE
from bnact.numerics.moments import Moments, deviation, inverse_deviation, shared_moments, statistics_dtype
from bnact.types import Array


def normalized_by_own(
    x: Array,
    axes: tuple[int, ...],
    epsilon: float,
    params: Affine,
    mask: Array | None = None,
    sharing: Sharing = ALONE,
    centered: bool = True,
) -> tuple[Array, Moments]:
    """(x - mean) / sqrt(variance + epsilon) * scale + bias with the statistics of x, and these.

    Args:
      x: floating, any shape, 0 behind the mask; computed in float32 or wider.
      axes: over which the statistics are taken, not negative.
      epsilon: not negative, in units of the variance.
      params: scale and bias, each None or of a shape that broadcasts to x's last axes.
      mask: boolean of x's shape, or None. What is behind it comes out as 0.
      sharing: the members of a mapped axis to reduce over too, each weighted by its count, or groups of
        neighbouring features.
      centered: False subtracts no mean, and takes the squares about zero.

    Returns:
      y, of x's shape and dtype, and the moments, of x's shape without `axes`.
    """
    wide = x.astype(statistics_dtype(x))
    gain, params = gain_and_rest(params, axes, x.ndim, wide.dtype)
    y, statistics = _by_own(axes, sharing, epsilon, centered, wide, jnp.squeeze(gain, axes), mask)
    return behind_mask_zero(affine(params, y).astype(x.dtype), mask), statistics


@partial(jax.custom_jvp, nondiff_argnums=(0, 1, 2, 3))
def _by_own(
    axes: tuple[int, ...],
    sharing: Sharing,
    epsilon: float,
    centered: bool,
    x: Array,
    gain: Array,
    mask: Array | None,
) -> tuple[Array, Moments]:
    statistics = shared_moments(x, axes, mask, sharing, centered)
    slope = gain * inverse_deviation(statistics.variance, epsilon)
    return deviation(x, statistics, axes) * jnp.expand_dims(slope, axes), statistics


@_by_own.defjvp
def _by_own_rule(
    axes: tuple[int, ...],
    sharing: Sharing,
    epsilon: float,
    centered: bool,
    primals: tuple[Array, Array, Array | None],
    tangents: tuple[Array, Array, object],
) -> tuple[tuple[Array, Moments], tuple[Array, Moments]]:
    (x, gain, mask), (dx, dgain, _) = primals, tangents
    y, statistics = _by_own(axes, sharing, epsilon, centered, x, gain, mask)
    # Behind the mask x is 0 whatever its tangent, and so is the cotangent; d is not.
    dx = behind_mask_zero(dx, mask)
    mean, lost, r = statistics.mean, statistics.correction, inverse_deviation(statistics.variance, epsilon)
    slope, count = gain * r, number_counted(x, axes, mask, sharing, statistics)
    spread, nothing = partial(jnp.expand_dims, axis=axes), jnp.zeros_like(statistics.count)
    sums = sharing.totals(jnp.sum(dx, axes), jnp.sum((x - spread(mean)) * dx, axes))
    dmean = sums[0] / count if centered else jnp.zeros_like(r)
    dsquare = sums[1] / count - lost * dmean
    dshared = Moments(nothing, dmean, 2 * count * dsquare, nothing)
    dmean, dsquare = sharing.as_own(x, dmean, dsquare)
    # From the inside out: r^3 alone may be infinite where the product is not. Where r is 0, so is this; but
    # without a choice XLA on a CPU makes the sum a part of the pass that reads it, which costs broadcasts.
    weight = jnp.where(r > 0, r * dgain - slope * (r * (r * dsquare)), 0)
    level = -(slope * dmean + lost * weight)
    # x + -mean, since XLA on a CPU writes to memory what a sum shares, and this becomes one when transposed.
    dy = spread(slope) * dx + spread(level) + (x + spread(-mean)) * spread(weight)
    return (y, statistics), (dy, dshared)


def number_counted(
    x: Array, axes: tuple[int, ...], mask: Array | None, sharing: Sharing, statistics: Moments
) -> Array | float:
    """How many values were counted: a number where all are, since XLA spreads an array over the rows."""
    number = sharing.number()
    if mask is None and isinstance(number, int):
        return float(max(number * math.prod(x.shape[axis] for axis in axes), 1))
    return jnp.maximum(statistics.count, 1)
