"""The derivative of standardization and affine map, by hand.

With d = u - mean, r = 1 / sqrt(variance + epsilon), z = scale * r * d + bias and g = dL/dz, all sums
over the batch,

    dL/dbias  = sum g
    dL/dscale = r * sum g d
    dL/du     = scale * r * (g - mean g - d r^2 mean(g d))           statistics of the batch
    dL/du     = r * (h - mean h - d r^2 mean(h d)), h = g * scale    statistics of one example

and a norm which does not centre drops `mean g`. The sums are taken over d = u - mean and not over
the standardized values r * d: then nothing the size of u has to be kept or written, and with d and
not u in the sum there is no cancellation when the mean is large.

Source: Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing
Internal Covariate Shift", 2015; Ba, Kiros and Hinton, "Layer Normalization", 2016.
"""

from collections.abc import Callable

import jax.numpy as jnp

from bnact.normalizations import Standardization
from bnact.numerics import Moments
from bnact.types import Array

from .statistics import Statistics, batch_axes, standardizer

Gradient = tuple[Array, Array, Array]
"""dL/du of u's shape, dL/dscale and dL/dbias of shape (features,)."""


def gradient(norm: Standardization) -> Callable[..., Gradient]:
    """The function (epsilon, u, statistics, scale, dz) -> (du, dscale, dbias) of one norm.

    `scale` is laid out to broadcast against u.
    """

    def through(epsilon: float, u: Array, statistics: Statistics, scale: Array, dz: Array) -> Gradient:
        if norm.axes == "batch":
            return _through_batch(norm.centered, epsilon, u, _present(statistics.batch), scale, dz)
        if norm.axes == "features":
            return _through_features(norm.centered, epsilon, u, _present(statistics.features), scale, dz)
        return dz * scale, jnp.sum(dz * u, batch_axes(u)), jnp.sum(dz, batch_axes(u))

    return through


def _through_batch(
    centered: bool, epsilon: float, u: Array, part: Moments, scale: Array, dz: Array
) -> Gradient:
    batch = batch_axes(u)
    mean, correction, r = standardizer(part, batch, epsilon)
    d = (u - mean) - correction
    count = u.size // u.shape[-1]
    sum_dz = jnp.sum(dz, batch, keepdims=True)
    sum_dz_d = jnp.sum(dz * d, batch, keepdims=True)
    mean_dz = sum_dz / count if centered else 0.0
    du = scale * r * (dz - mean_dz - d * (r * r * (sum_dz_d / count)))
    return du, jnp.squeeze(r * sum_dz_d, batch), jnp.squeeze(sum_dz, batch)


def _through_features(
    centered: bool, epsilon: float, u: Array, part: Moments, scale: Array, dz: Array
) -> Gradient:
    features = (u.ndim - 1,)
    mean, correction, r = standardizer(part, features, epsilon)
    d = (u - mean) - correction
    h = dz * scale
    mean_h = jnp.mean(h, features, keepdims=True) if centered else 0.0
    mean_h_d = jnp.mean(h * d, features, keepdims=True)
    du = r * (h - mean_h - d * (r * r * mean_h_d))
    return du, jnp.sum(dz * (d * r), batch_axes(u)), jnp.sum(dz, batch_axes(u))


def _present(part: Moments | None) -> Moments:
    assert part is not None, "the statistics a norm of the table uses are always there"
    return part
