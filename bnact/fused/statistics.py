"""Statistics in one shape for every norm, so that a program can choose the norm at run time."""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from bnact.normalizations import Standardization
from bnact.numerics import Moments, inverse_deviation, moments
from bnact.types import Array


class Statistics(NamedTuple):
    """Moments for each feature and for each example.

    A part that the chosen norm does not use has count 0 and acts as the identity; a part that no norm
    of the column uses is None.

    Attributes:
      batch: moments over all axes but the last, of shape (features,).
      features: moments over the last axis, of shape x.shape[:-1].
    """

    batch: Moments | None
    features: Moments | None


class Standardizer(NamedTuple):
    """One part of the statistics as it is applied: ((u - mean) - correction) * reciprocal.

    Attributes:
      mean, correction: the mean in two floats, laid out to broadcast against u.
      reciprocal: 1 / sqrt(variance + epsilon), laid out likewise; 1 where there are no statistics.
    """

    mean: Array
    correction: Array
    reciprocal: Array


def batch_axes(u: Array) -> tuple[int, ...]:
    """All axes of `u`, of shape (..., features), but the last."""
    return tuple(range(u.ndim - 1))


def statistics(
    norms: Sequence[Standardization], index: Array | int, u: Array, counted: int | None = None
) -> Statistics:
    """The statistics of `u`, of shape (..., features), that the chosen norm subtracts and divides by.

    Statistics of the batch are those of its first `counted` examples, or of all.
    """
    used = {norm.axes for norm in norms}

    def branch(chosen: Standardization):
        def taken(u: Array) -> Statistics:
            examples = u[:counted]
            return Statistics(
                _part(chosen, "batch", examples, batch_axes(u)) if "batch" in used else None,
                _part(chosen, "features", u, (u.ndim - 1,)) if "features" in used else None,
            )

        return taken

    return lax.switch(index, [branch(norm) for norm in norms], u)


def _part(chosen: Standardization, axes_name: str, u: Array, axes: tuple[int, ...]) -> Moments:
    """Moments of `u` over `axes` if the chosen norm uses them, else zeros in their shape."""
    if chosen.axes == axes_name:
        return moments(u, axes, centered=chosen.centered)
    shapes = jax.eval_shape(lambda u: moments(u, axes), u)
    return jax.tree.map(jnp.zeros_like, shapes)


def standardizers(statistics: Statistics, u: Array, epsilon: float) -> tuple[Standardizer, ...]:
    """What `standardized` applies to `u`; made outside of the branches that apply it, so made once."""
    parts = ((statistics.batch, batch_axes(u)), (statistics.features, (u.ndim - 1,)))
    return tuple(standardizer(part, axes, epsilon) for part, axes in parts if part is not None)


def standardizer(part: Moments, axes: tuple[int, ...], epsilon: float) -> Standardizer:
    """One part of the statistics, taken over `axes`, as it is applied."""
    reciprocal = jnp.where(part.count > 0, inverse_deviation(part.variance, epsilon), 1)
    return Standardizer(*(jnp.expand_dims(leaf, axes) for leaf in (part.mean, part.correction, reciprocal)))


def standardized(u: Array, by: tuple[Standardizer, ...]) -> Array:
    """(u - mean) / sqrt(variance + epsilon)."""
    # The norms' own function of this name takes moments and makes the reciprocal itself. Here the reciprocal
    # is made before the branches that apply it, and is 1 for a part that the chosen norm does not use, whose
    # variance of 0 would else scale by 1 / sqrt(epsilon). What both need is `numerics.inverse_deviation`.
    for part in by:
        u = ((u - part.mean) - part.correction) * part.reciprocal
    return u
