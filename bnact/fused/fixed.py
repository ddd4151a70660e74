"""One norm and one activation, in either order, in one rule, whatever the norm reduces.

    order "before":  y = activation(z),  z = scale * standardized(x) + bias
    order "after":   y = scale * standardized(activation(x)) + bias

The rule keeps x (or y, where that is all that is asked for), the statistics, the parameters and the mask as
it was given. On the way back it computes the rest again, where that is cheaper than memory; plain autodiff
keeps several tensors of x's size.
"""

from functools import partial
from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from bnact.activations import Activation, Learnable
from bnact.normalizations import Affine
from bnact.normalizations.reduced import normalized_given, reduced_moments
from bnact.normalizations.reduction import Reduction
from bnact.normalizations.standardize import behind_mask_zero
from bnact.numerics import Moments, full_mask, inverse_deviation, varying_as, wide
from bnact.types import Array, PyTree

from .curve import value_and_pull, value_of
from .gradient import Deviation, as_given, gradient_through, laid_out, number_of
from .recovered import recovered

Order = Literal["before", "after"]
Keep = Literal["input", "output"]


class Fixed(NamedTuple):
    """A pair for inputs of one shape.

    Attributes:
      reduction: of the norm.
      epsilon: added to the variance under the root.
      activation: fixed, or one that learns.
      order: where the norm stands.
      keep: of which tensor of x's size the way back is computed.
    """

    reduction: Reduction
    epsilon: float
    activation: Activation | Learnable
    order: Order
    keep: Keep


class Given(NamedTuple):
    """What the pair learns, and what it must not see.

    Attributes:
      affine: the norm's scale and bias, each (features,) or None.
      learned: the activation's parameters, () for a fixed one.
      mask: boolean, broadcastable to x, or None.
    """

    affine: Affine
    learned: PyTree
    mask: Array | None


Residuals = tuple[Array, Moments | None, Given]


def output_and_moments(fixed: Fixed, x: Array, given: Given) -> tuple[Array, Moments | None]:
    """The pair applied to `x`.

    Args:
      fixed: the pair, for x's shape.
      x: (..., features), floating. Computed in float32 or wider, returned in its own type.
      given: parameters and mask.

    Returns:
      y, of x's shape and type, and the statistics as the reduction's view has them. No gradient flows
      through the statistics: they are for running averages.
    """
    affine, learned = varying_as(x, (given.affine, given.learned))
    return _ruled(fixed, x, given._replace(affine=affine, learned=learned))


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _ruled(fixed: Fixed, x: Array, given: Given) -> tuple[Array, Moments | None]:
    return _computed(fixed, x, given)


def _computed(fixed: Fixed, x: Array, given: Given) -> tuple[Array, Moments | None]:
    mask = full_mask(given.mask, x)
    u = wide(behind_mask_zero(x, mask))
    if fixed.order == "before":
        statistics = _statistics(fixed, u, mask)
        y = value_of(fixed.activation, given.learned, _normalized(fixed, u, statistics, given, mask))
    else:
        u = behind_mask_zero(value_of(fixed.activation, given.learned, u), mask)
        statistics = _statistics(fixed, u, mask)
        y = _normalized(fixed, u, statistics, given, mask)
    return y.astype(x.dtype), statistics


def _forward(fixed: Fixed, x: Array, given: Given) -> tuple[tuple[Array, Moments | None], Residuals]:
    # Not by way of the rule: a second derivative differentiates what is done here, the statistics among it.
    y, statistics = _computed(fixed, x, given)
    kept = x if fixed.keep == "input" else y
    return (y, lax.stop_gradient(statistics)), (kept, statistics, given)


def _backward(
    fixed: Fixed, residuals: Residuals, cotangents: tuple[Array, Moments | None]
) -> tuple[Array, Given]:
    kept, statistics, given = residuals
    dy = cotangents[0]
    # Without the barrier the compiler recognizes what is computed again as the forward pass's own and
    # keeps that instead: the memory this rule exists to save. (`waiting_for` holds outside of loops on CPUs
    # too, and costs a pass over x there.)
    kept, dy = lax.optimization_barrier((kept, dy))
    mask = full_mask(given.mask, kept)
    back = {"before": _back_before, "after": _back_after}[fixed.order]
    dx, affine, learned = back(fixed, kept, wide(dy), statistics, given, mask)
    dx = behind_mask_zero(dx, mask).astype(kept.dtype)
    return dx, Given(as_given(given.affine, affine), as_given(given.learned, learned), None)


def _back_before(
    fixed: Fixed, kept: Array, dy: Array, statistics: Moments | None, given: Given, mask: Array | None
) -> tuple[Array, Affine, PyTree]:
    if fixed.keep == "output":
        z = recovered(fixed.activation, kept)
        behind = _standardized(fixed, z, statistics, given.affine)
    else:
        u = wide(behind_mask_zero(kept, mask))
        z = _normalized(fixed, u, statistics, given, mask)
        behind = _deviation(fixed, u, statistics)
    _, pull = value_and_pull(fixed.activation, given.learned, z)
    learned, dz = pull(dy)
    dx, affine = _through(fixed, behind, statistics, given.affine, behind_mask_zero(dz, mask), mask)
    return dx, affine, learned


def _back_after(
    fixed: Fixed, x: Array, dy: Array, statistics: Moments | None, given: Given, mask: Array | None
) -> tuple[Array, Affine, PyTree]:
    a, pull = value_and_pull(fixed.activation, given.learned, wide(behind_mask_zero(x, mask)))
    behind = _deviation(fixed, behind_mask_zero(a, mask), statistics)
    da, affine = _through(fixed, behind, statistics, given.affine, behind_mask_zero(dy, mask), mask)
    learned, dx = pull(behind_mask_zero(da, mask))
    return dx, affine, learned


def _viewed(fixed: Fixed, mask: Array | None) -> Array | None:
    return None if mask is None else fixed.reduction.viewed(mask)


def _statistics(fixed: Fixed, u: Array, mask: Array | None) -> Moments | None:
    return reduced_moments(fixed.reduction, fixed.reduction.viewed(u), _viewed(fixed, mask))


def _normalized(
    fixed: Fixed, u: Array, statistics: Moments | None, given: Given, mask: Array | None
) -> Array:
    reduction = fixed.reduction
    params = reduction.viewed_affine(given.affine)
    seen, counted = reduction.viewed(u), _viewed(fixed, mask)
    z = normalized_given(reduction, seen, statistics, fixed.epsilon, params, counted)
    return jnp.reshape(z, u.shape)


def _deviation(fixed: Fixed, u: Array, statistics: Moments | None) -> Deviation:
    """u's distance from the mean, in the view."""
    reduction, seen = fixed.reduction, fixed.reduction.viewed(u)
    one, zero = jnp.ones((), u.dtype), jnp.zeros((), u.dtype)
    if statistics is None:
        return Deviation(seen, zero, zero, one, one)
    mean, lost = (jnp.expand_dims(each, reduction.axes) for each in (statistics.mean, statistics.correction))
    r = _reciprocal(fixed, statistics)
    return Deviation(seen, mean, lost, r, r)


def _standardized(fixed: Fixed, z: Array, statistics: Moments | None, params: Affine) -> Deviation:
    """The standardized values, in the view, from what scale and bias made of them."""
    seen, params = fixed.reduction.viewed(z), fixed.reduction.viewed_affine(params)
    one, zero = jnp.ones((), z.dtype), jnp.zeros((), z.dtype)
    values = (seen - laid_out(params.bias, seen, 0)) / laid_out(params.scale, seen, 1)
    return Deviation(values, zero, zero, one, one if statistics is None else _reciprocal(fixed, statistics))


def _reciprocal(fixed: Fixed, statistics: Moments) -> Array:
    if not fixed.reduction.divided:
        return jnp.ones((), statistics.mean.dtype)
    return jnp.expand_dims(inverse_deviation(statistics.variance, fixed.epsilon), fixed.reduction.axes)


def _through(
    fixed: Fixed,
    behind: Deviation,
    statistics: Moments | None,
    params: Affine,
    dz: Array,
    mask: Array | None,
) -> tuple[Array, Affine]:
    """The gradients by the norm's input, in its own shape, and by its parameters."""
    reduction, shape = fixed.reduction, dz.shape
    dz = reduction.viewed(dz)
    scale = laid_out(reduction.viewed_affine(params).scale, dz, 1)
    count = 1.0 if statistics is None else number_of(reduction, dz, _viewed(fixed, mask), statistics)
    du, *parameters = gradient_through(reduction, behind, scale, dz, count)
    return jnp.reshape(du, shape), Affine(*parameters)


_ruled.defvjp(_forward, _backward)
