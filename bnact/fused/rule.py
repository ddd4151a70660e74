"""Normalization and activation in one rule: the same residuals for every pair.

    u = before(x),  z = scale * (u - mean) / sqrt(variance + epsilon) + bias,  y = after(z)

with the norm's statistics taken from u. One of the two activations is the identity: `before` where
the norm stands before the activation, `after` where it stands behind it.

Plain autodiff keeps several tensors a layer, and which ones depends on the activation; under a
`lax.switch` it keeps the union over all branches. This rule keeps the input x and the statistics,
whatever the pair, and computes the rest again on the way back, where it is cheaper than memory.
"""

from functools import partial

import jax
from jax import lax

from bnact.activations import Activation
from .forward import activated_after, activated_before, per_feature, pre_activation, wide
from .gradient import gradient
from .statistics import Statistics, statistics
from .table import Index, Table
from bnact.types import Array

Residuals = tuple[Index, Array, Statistics, Array, Array]


@partial(jax.custom_vjp, nondiff_argnums=(0, 1))
def layer(
    table: Table, epsilon: float, index: Index, x: Array, scale: Array, bias: Array
) -> tuple[Array, Statistics]:
    """The chosen pair applied to `x`, with the statistics of the batch.

    Args:
      table: the pairs this program can compute.
      epsilon: added to the variance under the root.
      index: which pair it computes; data, so that one compiled program serves the whole table. Under
        `vmap` it must not be batched: a batched `lax.switch` runs every branch.
      x: input, of shape (..., features). Computed in float32 or wider, returned in its own type.
      scale, bias: the affine map's parameters, of shape (features,).

    Returns:
      y, of x's shape and type, and the statistics of u. No gradient flows through the statistics:
      they are for running averages.
    """
    u = activated_before(table, index, x)
    statistics_of_u = statistics(table.standardizations, index.standardization, u)
    y = activated_after(table, index, u, statistics_of_u, epsilon, scale, bias)
    return y.astype(x.dtype), statistics_of_u


def _forward(
    table: Table, epsilon: float, index: Index, x: Array, scale: Array, bias: Array
) -> tuple[tuple[Array, Statistics], Residuals]:
    y, statistics_of_u = layer(table, epsilon, index, x, scale, bias)
    return (y, statistics_of_u), (index, x, statistics_of_u, scale, bias)


def _backward(
    table: Table, epsilon: float, residuals: Residuals, cotangents: tuple[Array, Statistics]
) -> tuple[None, Array, Array, Array]:
    index, x, statistics_of_u, scale, bias = residuals
    # Without the barrier the compiler recognizes the recomputed u and z as the forward pass's and
    # keeps those instead: the memory this rule exists to save.
    x, dy = lax.optimization_barrier((x, cotangents[0]))
    u = activated_before(table, index, x)

    def through_after(activation: Activation):
        def dz(u: Array, statistics_of_u: Statistics, dy: Array) -> Array:
            return dy * activation.derivative(pre_activation(u, statistics_of_u, epsilon, scale, bias))

        return dz

    def through_before(activation: Activation):
        return lambda x, du: du * activation.derivative(x)

    dz = lax.switch(index.after, [through_after(a) for a in table.after], u, statistics_of_u, wide(dy))
    through_norm = [partial(gradient(s), epsilon) for s in table.standardizations]
    du, dscale, dbias = lax.switch(
        index.standardization, through_norm, u, statistics_of_u, per_feature(scale, u), dz
    )
    dx = lax.switch(index.before, [through_before(a) for a in table.before], wide(x), du)
    return None, dx.astype(x.dtype), dscale.astype(scale.dtype), dbias.astype(bias.dtype)


layer.defvjp(_forward, _backward)
