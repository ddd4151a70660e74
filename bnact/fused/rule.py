"""Norm, activation, norm in one rule: the same residuals for every choice.

    z = scale_1 * standardized_1(x) + bias_1,   a = activation(z),   y = scale_2 * standardized_2(a) + bias_2

One of the two norms does nothing: the second where the norm stands before the activation, the first
where it stands after.

Plain autodiff keeps several tensors a layer, and which ones depends on the activation; under a
`lax.switch` it keeps the union over all branches. This rule keeps the input x and the statistics,
whatever the pair, and computes the rest again on the way back, where that is cheaper than memory.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from bnact.activations import Activation
from bnact.normalizations import Affine, Standardization, affine
from bnact.numerics import wide
from bnact.types import Array

from .gradient import Gradient, gradient
from .statistics import Standardizer, Statistics, batch_axes, standardized, standardizers, statistics
from .table import Index, Table


class Taken(NamedTuple):
    """The statistics that the two norms took, each of its own input."""

    first: Statistics
    second: Statistics


Residuals = tuple[Index, Array, Taken, Affine, Affine]


def output_and_statistics(
    table: Table, epsilon: float, index: Index, x: Array, first: Affine, second: Affine
) -> tuple[Array, Taken]:
    """The chosen norm, activation and norm applied to `x`.

    Args:
      table: what this program can compute.
      epsilon: added to the variance under the root.
      index: what of it is computed; data, so that one compiled program serves the whole table. Under
        `vmap` it must not be batched: a batched `lax.switch` runs every branch.
      x: input, of shape (..., features). Computed in float32 or wider, returned in its own type.
      first, second: the affine maps of the two norms.

    Returns:
      y, of x's shape and type, and the statistics. No gradient flows through the statistics: they are
      for running averages.
    """
    return _ruled(table, epsilon, index, x, _beside(x, first), _beside(x, second))


@partial(jax.custom_vjp, nondiff_argnums=(0, 1))
def _ruled(
    table: Table, epsilon: float, index: Index, x: Array, first: Affine, second: Affine
) -> tuple[Array, Taken]:
    return _computed(table, epsilon, index, x, first, second)


def _computed(
    table: Table, epsilon: float, index: Index, x: Array, first: Affine, second: Affine
) -> tuple[Array, Taken]:
    u = wide(x)
    taken_first = statistics(table.first, index.first, u)
    a = activated(table, index, u, standardizers(taken_first, u, epsilon), first)
    taken_second = statistics(table.second, index.second, a)
    y = affine(second, standardized(a, standardizers(taken_second, a, epsilon)))
    return y.astype(x.dtype), Taken(taken_first, taken_second)


def _beside(x: Array, by: Affine) -> Affine:
    """`by`, varying under `shard_map` along the axes that x varies along.

    The rule returns each device's own gradient, which is that of a value of its own; how the values came
    to be there jax transposes to the sum over the devices.
    """
    feature = jax.eval_shape(lambda x: jnp.sum(x, batch_axes(x)), x)
    return jax.tree.map(lambda parameter: parameter * jnp.ones_like(feature, dtype=parameter.dtype), by)


def activated(table: Table, index: Index, u: Array, by: tuple[Standardizer, ...], first: Affine) -> Array:
    """activation(z), with z computed inside the branch: it is never written to memory."""

    def branch(activation: Activation) -> Callable[..., Array]:
        return lambda u, by: activation(affine(first, standardized(u, by)))

    return lax.switch(index.activation, [branch(activation) for activation in table.activations], u, by)


def _forward(
    table: Table, epsilon: float, index: Index, x: Array, first: Affine, second: Affine
) -> tuple[tuple[Array, Taken], Residuals]:
    # Not by way of the rule: a second derivative differentiates what is done here, the statistics among it.
    y, taken = _computed(table, epsilon, index, x, first, second)
    return (y, lax.stop_gradient(taken)), (index, x, taken, first, second)


def _backward(
    table: Table, epsilon: float, residuals: Residuals, cotangents: tuple[Array, Taken]
) -> tuple[None, Array, Affine, Affine]:
    index, x, taken, first, second = residuals
    # Without the barrier the compiler recognizes what is computed again as the forward pass's own and
    # keeps that instead: the memory this rule exists to save.
    x, dy = lax.optimization_barrier((x, cotangents[0]))
    u = wide(x)
    a, slope = _activated_with_slope(table, index, u, standardizers(taken.first, u, epsilon), first)
    da, *dsecond = _through(table.second, index.second, epsilon, a, taken.second, second, wide(dy))
    dx, *dfirst = _through(table.first, index.first, epsilon, u, taken.first, first, da * slope)
    return None, dx.astype(x.dtype), _in_type_of(first, dfirst), _in_type_of(second, dsecond)


def _activated_with_slope(
    table: Table, index: Index, u: Array, by: tuple[Standardizer, ...], first: Affine
) -> tuple[Array, Array]:
    def branch(activation: Activation) -> Callable[..., tuple[Array, Array]]:
        def both(u: Array, by: tuple[Standardizer, ...]) -> tuple[Array, Array]:
            z = affine(first, standardized(u, by))
            return activation(z), activation.derivative(z)

        return both

    return lax.switch(index.activation, [branch(activation) for activation in table.activations], u, by)


def _through(
    norms: Sequence[Standardization],
    index: Array | int,
    epsilon: float,
    u: Array,
    taken: Statistics,
    by: Affine,
    dz: Array,
) -> Gradient:
    branches = [partial(gradient(norm), epsilon) for norm in norms]
    return lax.switch(index, branches, u, taken, _scale(by, u), dz)


def _scale(by: Affine, u: Array) -> Array:
    """The scale, laid out to broadcast against u."""
    return (
        jnp.ones((), u.dtype)
        if by.scale is None
        else jnp.expand_dims(by.scale.astype(u.dtype), batch_axes(u))
    )


def _in_type_of(by: Affine, gradients: Sequence[Array]) -> Affine:
    pairs = zip(by, gradients, strict=True)
    return Affine(*(None if value is None else gradient.astype(value.dtype) for value, gradient in pairs))


_ruled.defvjp(_forward, _backward)
