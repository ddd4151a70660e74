"""The forward pass of a pair, from the statistics on."""

import jax.numpy as jnp
from jax import lax

from bnact.activations import Activation
from .statistics import Statistics, batch_axes, standardized
from .table import Index, Table
from bnact.types import Array


def wide(x: Array) -> Array:
    """`x` in the type it is computed in: float32, or its own where that is wider."""
    return x.astype(jnp.promote_types(x.dtype, jnp.float32))


def per_feature(parameter: Array, u: Array) -> Array:
    """A (features,) parameter in u's type, laid out to broadcast against `u`."""
    return jnp.expand_dims(parameter.astype(u.dtype), batch_axes(u))


def pre_activation(u: Array, statistics: Statistics, epsilon: float, scale: Array, bias: Array) -> Array:
    """z = scale * (u - mean) / sqrt(variance + epsilon) + bias."""
    return standardized(u, statistics, epsilon) * per_feature(scale, u) + per_feature(bias, u)


def activated_before(table: Table, index: Index, x: Array) -> Array:
    """u = before(x), in the type it is computed in."""
    return lax.switch(index.before, table.before, wide(x))


def activated_after(
    table: Table, index: Index, u: Array, statistics: Statistics, epsilon: float, scale: Array, bias: Array
) -> Array:
    """y = after(z), with z = `pre_activation(u, ...)` computed inside the branch: nothing is kept."""

    def branch(activation: Activation):
        return lambda u, statistics: activation(pre_activation(u, statistics, epsilon, scale, bias))

    return lax.switch(index.after, [branch(activation) for activation in table.after], u, statistics)
