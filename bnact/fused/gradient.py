"""The derivative of standardization and affine map, by hand.

With d = u - mean, r = 1 / sqrt(variance + epsilon), z = scale * r * d + bias and g = dL/dz,

    dL/dbias  = sum g
    dL/dscale = sum r g d
    dL/du     = r * (h - mean h - d r^2 mean(h d)),  h = g * scale

with means over the values that share statistics, and sums over all that share a parameter. A norm which
does not centre drops `mean h`, one which does not divide has r = 1 and drops the last term. The sums are
taken over d = u - mean and not over the standardized values r * d: then nothing the size of u has to be kept
or written, and with d and not u in the sum there is no cancellation when the mean is large. The mean is kept
in two numbers, d = (u - mean) - lost; what is lost is taken out of the sums afterwards, in their own size.

Where all values that share statistics share a parameter too, sum g and sum g d are the only two sums.

Source: Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing
Internal Covariate Shift", 2015; Ba, Kiros and Hinton, "Layer Normalization", 2016.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from bnact.normalizations.affine import over_leading
from bnact.normalizations.own_statistics import number_counted
from bnact.normalizations.reduction import Reduction
from bnact.numerics import Moments, placed_as
from bnact.types import Array, PyTree

Gradient = tuple[Array, Array, Array]
"""dL/du of u's shape, dL/dscale and dL/dbias of shape (features,)."""


class Deviation(NamedTuple):
    """The distance of every value from the mean, and what makes the standardized value of it.

    Attributes:
      u: what was standardized, or the standardized values themselves.
      mean, lost: d = (u - mean) - lost, laid out to broadcast against u; 0 where nothing is subtracted.
      unit: what d is multiplied by to be standardized, laid out likewise; 1 if it is.
      r: 1 / sqrt(variance + epsilon), laid out likewise; 1 for a norm that does not divide.
    """

    u: Array
    mean: Array
    lost: Array
    unit: Array
    r: Array


def number_of(reduction: Reduction, u: Array, mask: Array | None, statistics: Moments) -> Array | float:
    """How many values share each of the statistics of `u`, in the reduction's view: laid out to broadcast."""
    number = number_counted(u, reduction.axes, mask, reduction.sharing, statistics)
    return number if isinstance(number, float) else jnp.expand_dims(number, reduction.axes)


def gradient_through(
    reduction: Reduction, deviation: Deviation, scale: Array, dz: Array, count: Array | float
) -> Gradient:
    """dL/du, dL/dscale and dL/dbias of one standardization and its affine map, all in its view.

    Args:
      reduction: what is subtracted and divided by.
      deviation: of u.
      scale: laid out to broadcast against u.
      dz: dL/dz, of u's shape, 0 where a mask hides u.
      count: how many values share statistics, see `number_of`.

    Returns:
      du, which means nothing where a mask hides u; and the gradients of the parameters, in the shape of the
      view's last axes. Summed over what is here: over a mapped axis each member has its own.
    """
    if not reduction.has_statistics:
        axes = tuple(range(dz.ndim - reduction.features))
        return dz * scale, jnp.sum(dz * deviation.u, axes), jnp.sum(dz, axes)
    if reduction.across:
        return _through_features(reduction, deviation, scale, dz, count)
    return _through_others(reduction, deviation, scale, dz, count)


def _through_others(
    reduction: Reduction, deviation: Deviation, scale: Array, dz: Array, count: Array | float
) -> Gradient:
    """Scale is the same along the axes that are reduced: two sums serve all three gradients."""
    u, mean, lost, unit, r = deviation
    # u + -mean in the sum, as nothing else has it: XLA on a CPU writes to memory what a sum shares.
    sum_dz = jnp.sum(dz, reduction.axes, keepdims=True)
    sum_dz_d = jnp.sum(dz * (u + -mean), reduction.axes, keepdims=True) - lost * sum_dz
    total, total_d = reduction.sharing.totals(scale * sum_dz, scale * sum_dz_d)
    weight, level = _weight_and_level(reduction, deviation, total / count, total_d / count)
    du = (scale * r) * dz + level + (u - mean) * weight
    rest = tuple(range(dz.ndim - reduction.features))
    return du, jnp.sum(unit * sum_dz_d, rest), jnp.sum(sum_dz, rest)


def _through_features(
    reduction: Reduction, deviation: Deviation, scale: Array, dz: Array, count: Array | float
) -> Gradient:
    """Scale differs along the axes that are reduced: the parameters' sums are over other axes."""
    u, mean, lost, unit, r = deviation
    h = dz * scale
    sum_h = jnp.sum(h, reduction.axes, keepdims=True)
    sum_h_d = jnp.sum(h * (u + -mean), reduction.axes, keepdims=True) - lost * sum_h
    total, total_d = reduction.sharing.totals(sum_h, sum_h_d)
    weight, level = _weight_and_level(reduction, deviation, total / count, total_d / count)
    du = r * h + level + (u - mean) * weight
    rest = tuple(range(dz.ndim - reduction.features))
    return du, jnp.sum(dz * (((u - mean) - lost) * unit), rest), jnp.sum(dz, rest)


def _weight_and_level(
    reduction: Reduction, deviation: Deviation, mean_h: Array, mean_h_d: Array
) -> tuple[Array, Array]:
    """What u - mean is multiplied by in du, and what is added to it: du = r h + level + (u - mean) weight."""
    r, unit = deviation.r, deviation.unit
    nothing = jnp.zeros_like(mean_h)
    # From the inside out: r^3 alone may be infinite where the product is not. Where r is 0, so is this; but
    # without a choice XLA on a CPU makes the sum a part of the pass that reads it, which costs broadcasts.
    weight = jnp.where(r > 0, -(r * (unit * (unit * mean_h_d))), 0) if reduction.divided else nothing
    level = -(r * mean_h) if reduction.centered else nothing
    return weight, level - deviation.lost * weight


def laid_out(parameter: Array | None, u: Array, otherwise: float) -> Array:
    """The parameter in u's type, shaped to broadcast against u; `otherwise` where there is none."""
    return jnp.full((), otherwise, u.dtype) if parameter is None else over_leading(parameter, u)


def as_given(parameters: PyTree, gradients: PyTree) -> PyTree:
    """The gradients of those parameters that there are, in their shapes and types and on their devices."""

    def of(parameter: Array | None, gradient: PyTree) -> Array | None:
        if parameter is None:
            return None
        return placed_as(parameter, jnp.reshape(gradient, parameter.shape).astype(parameter.dtype))

    return jax.tree.map(of, parameters, gradients, is_leaf=lambda parameter: parameter is None)
