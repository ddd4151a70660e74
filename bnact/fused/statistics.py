"""Statistics in one shape for every norm, so that a program can choose the norm at run time."""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from bnact.normalizations import Standardization
from bnact.numerics import Moments, deviation, inverse_deviation, moments
from bnact.types import Array


class Statistics(NamedTuple):
    """Moments for each feature and for each example.

    A part that the chosen norm does not use has count 0 and acts as the identity; a part that no
    norm of the table uses is None.

    Attributes:
      batch: moments over all axes but the last, of shape (features,).
      features: moments over the last axis, of shape x.shape[:-1].
    """

    batch: Moments | None
    features: Moments | None


def batch_axes(u: Array) -> tuple[int, ...]:
    """All axes of `u`, of shape (..., features), but the last."""
    return tuple(range(u.ndim - 1))


def statistics(
    standardizations: Sequence[Standardization], index: Array | int, u: Array, running: Moments | None = None
) -> Statistics:
    """The statistics of `u`, of shape (..., features), that the chosen norm subtracts and divides by.

    Statistics of the batch are `running` where that is given: after training a norm no longer looks
    at the batch.
    """
    used = {standardization.axes for standardization in standardizations}

    def branch(chosen: Standardization):
        def taken(u: Array) -> Statistics:
            batch = _part(chosen, chosen.axes == "batch", u, batch_axes(u)) if "batch" in used else None
            features = _part(chosen, chosen.axes == "features", u, (u.ndim - 1,)) if "features" in used else None
            return Statistics(running if chosen.axes == "batch" and running is not None else batch, features)

        return taken

    return lax.switch(index, [branch(standardization) for standardization in standardizations], u)


def _part(chosen: Standardization, is_used: bool, u: Array, axes: tuple[int, ...]) -> Moments:
    """Moments of `u` over `axes`, or, unused, zeros in their shape."""
    if is_used:
        return moments(u, axes, centered=chosen.centered)
    shapes = jax.eval_shape(lambda u: moments(u, axes), u)
    return jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)


def reciprocal(part: Moments, axes: tuple[int, ...], epsilon: float) -> Array:
    """1 / sqrt(variance + epsilon), laid out to broadcast over `axes`; 1 where there are no statistics."""
    root = jnp.where(part.count > 0, inverse_deviation(part.variance, epsilon), 1)
    return jnp.expand_dims(root, axes)


def standardized(u: Array, statistics: Statistics, epsilon: float) -> Array:
    """(u - mean) / sqrt(variance + epsilon)."""
    for part, axes in ((statistics.batch, batch_axes(u)), (statistics.features, (u.ndim - 1,))):
        if part is not None:
            u = deviation(u, part, axes) * reciprocal(part, axes, epsilon)
    return u
