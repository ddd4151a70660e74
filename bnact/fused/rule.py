"""Norm, activation, norm in one rule: the same residuals for every choice.

    z = scale_1 * standardized_1(x) + bias_1,   a = activation(z),   y = scale_2 * standardized_2(a) + bias_2

One of the two norms does nothing: the second where the norm stands before the activation, the first
where it stands after.

Beside the norms that standardize by moments there are formulas: norms computed by a function of their own,
whose gradient is that of the function, computed again from its input. They have their affine map inside.

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
from bnact.normalizations import Affine, affine
from bnact.numerics import varying_as, wide
from bnact.types import Array

from .column import Column, column_of, formula_or, standing_behind
from .gradient import as_given, gradient, laid_out
from .norms import Formula, Norm, Own, outcome
from .statistics import Standardizer, Statistics, standardized, standardizers, statistics
from .table import Index, Table


class Taken(NamedTuple):
    """The statistics that the two norms took, each of its own input."""

    first: Statistics
    second: Statistics


Residuals = tuple[Index, Array, Taken, Affine, Affine, Own]


def output_and_statistics(
    table: Table,
    epsilon: float,
    index: Index,
    x: Array,
    first: Affine,
    second: Affine,
    own: Own | None = None,
) -> tuple[Array, Taken]:
    """The chosen norm, activation and norm applied to `x`: y = norm_2(activation(norm_1(x))).

    Args:
      table: what this program can compute.
      epsilon: added to the variance under the root.
      index: what of it is computed; data, so that one compiled program serves the whole table. Under
        `vmap` it must not be batched: a batched `lax.switch` runs every branch.
      x: input, of shape (..., features). Computed in float32 or wider, returned in its own type.
      first, second: the affine maps of the two norms.
      own: the parameters that the table's formulas have beside a scale and a bias; None where they have none.

    Returns:
      y, of x's shape and type, and the statistics that each norm took of its own input; what the chosen norm
      does not use has count 0. The index has no gradient, and none flows through the statistics: they are
      for running averages.
    """
    return _ruled(table, epsilon, index, x, *varying_as(x, (first, second, own or {})))


@partial(jax.custom_vjp, nondiff_argnums=(0, 1))
def _ruled(
    table: Table, epsilon: float, index: Index, x: Array, first: Affine, second: Affine, own: Own
) -> tuple[Array, Taken]:
    return _computed(table, epsilon, index, x, first, second, own)


def _computed(
    table: Table, epsilon: float, index: Index, x: Array, first: Affine, second: Affine, own: Own
) -> tuple[Array, Taken]:
    u = wide(x)
    ahead, behind = column_of(table.first, index.first), column_of(table.second, index.second)
    taken_first = statistics(ahead.standardizations, ahead.standardization, u)
    a = activated(
        table,
        index,
        normed(ahead, u, first, own),
        standardizers(taken_first, u, epsilon),
        standing_behind(ahead, first),
    )
    taken_second = statistics(behind.standardizations, behind.standardization, a)
    y = _second_output(behind, a, standardizers(taken_second, a, epsilon), second, own)
    return y.astype(x.dtype), Taken(taken_first, taken_second)


def normed(column: Column, u: Array, by: Affine, own: Own) -> Array:
    """What the chosen formula makes of `u`, and `u` itself where the norm standardizes it later."""
    return formula_or(column, lambda by, own, u: u, outcome, by, own, u)


def _second_output(column: Column, a: Array, by: tuple[Standardizer, ...], second: Affine, own: Own) -> Array:
    """The second norm applied, all in one branch: what it returns is written once, whichever it is."""

    def standard(by: tuple[Standardizer, ...], second: Affine, own: Own, a: Array) -> Array:
        return affine(second, standardized(a, by))

    def compute(formula: Formula, by: tuple[Standardizer, ...], second: Affine, own: Own, a: Array) -> Array:
        return outcome(formula, second, own, a)

    return formula_or(column, standard, compute, by, second, own, a)


def activated(table: Table, index: Index, u: Array, by: tuple[Standardizer, ...], first: Affine) -> Array:
    """activation(z), with z computed inside the branch: it is never written to memory."""

    def branch(activation: Activation) -> Callable[..., Array]:
        return lambda u, by: activation(affine(first, standardized(u, by)))

    return lax.switch(index.activation, [branch(activation) for activation in table.activations], u, by)


def _forward(
    table: Table, epsilon: float, index: Index, x: Array, first: Affine, second: Affine, own: Own
) -> tuple[tuple[Array, Taken], Residuals]:
    # Not by way of the rule: a second derivative differentiates what is done here, the statistics among it.
    y, taken = _computed(table, epsilon, index, x, first, second, own)
    return (y, lax.stop_gradient(taken)), (index, x, taken, first, second, own)


def _backward(
    table: Table, epsilon: float, residuals: Residuals, cotangents: tuple[Array, Taken]
) -> tuple[None, Array, Affine, Affine, Own]:
    index, x, taken, first, second, own = residuals
    dy = cotangents[0]
    # As in `fixed`: what is computed again must not be taken for what was computed before.
    x, dy = lax.optimization_barrier((x, dy))
    u = wide(x)
    given = first, second, own
    # By parameters as wide as what they meet, so that every branch returns one type, and sums are as wide.
    first, second, own = jax.tree.map(lambda leaf: leaf.astype(u.dtype), given)
    ahead = column_of(table.first, index.first)
    a, slope = _activated_with_slope(
        table,
        index,
        normed(ahead, u, first, own),
        standardizers(taken.first, u, epsilon),
        standing_behind(ahead, first),
    )
    da, dsecond, down = _through(table.second, index.second, epsilon, a, taken.second, second, own, wide(dy))
    dx, dfirst, down_first = _through(
        table.first, index.first, epsilon, u, taken.first, first, own, da * slope
    )
    down = jax.tree.map(jnp.add, down, down_first)
    dfirst, dsecond, down = as_given(given, (Affine(*dfirst), Affine(*dsecond), down))
    return None, dx.astype(x.dtype), dfirst, dsecond, down


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
    norms: Sequence[Norm],
    index: Array | int,
    epsilon: float,
    u: Array,
    taken: Statistics,
    by: Affine,
    own: Own,
    dz: Array,
) -> tuple[Array, tuple[Array, Array], Own]:
    """The gradients by u, by scale and bias, and by the formulas' own parameters."""

    def branch(norm: Norm) -> Callable[..., tuple[Array, tuple[Array, Array], Own]]:
        def standard(u: Array, taken: Statistics, by: Affine, own: Own, dz: Array):
            assert not isinstance(norm, Formula)
            du, dscale, dbias = gradient(norm)(epsilon, u, taken, laid_out(by.scale, u, 1), dz)
            return du, (dscale, dbias), jax.tree.map(jnp.zeros_like, own)

        def computed(u: Array, taken: Statistics, by: Affine, own: Own, dz: Array):
            assert isinstance(norm, Formula)
            dby, down, du = jax.vjp(partial(outcome, norm), by, own, u)[1](dz)
            return du, (dby.scale, dby.bias), down

        return computed if isinstance(norm, Formula) else standard

    return lax.switch(index, [branch(norm) for norm in norms], u, taken, by, own, dz)


_ruled.defvjp(_forward, _backward)
