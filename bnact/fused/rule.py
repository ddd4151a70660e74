"""Norm, activation, norm in one rule: the same residuals for every choice.

    z = norm_1(x),   a = activation(z),   y = norm_2(a)

each norm with its affine map inside. One of the two does nothing: the second where the norm stands before the
activation, the first where it stands after.

Plain autodiff keeps several tensors a layer, and which ones depends on the activation; under a `lax.switch`
it keeps the union over all branches. Of tensors and statistics this rule keeps the input x alone, whatever
the pair, and computes the rest again on the way back: a loop over layers that stacks statistics of every
kind that some norm may need takes longer over that than a norm takes over its own.

There are three branches on the way forward and four on the way back, and no more: where a network is narrow,
a branch costs as much as what is in it.
"""

from collections.abc import Sequence
from functools import partial

import jax
import jax.numpy as jnp
from jax import lax

from bnact.normalizations import Affine
from bnact.numerics import varying_as, wide
from bnact.types import Array

from .branches import normed, pulled, sloped, valued
from .gradient import as_given
from .norms import Norm, Own
from .table import Index, Table

Residuals = tuple[Index, Array, Affine, Affine, Own]


def output(table: Table, index: Index, x: Array, first: Affine, second: Affine, own: Own) -> Array:
    """The chosen norm, activation and norm applied to `x`: y = norm_2(activation(norm_1(x))).

    Args:
      table: what this program can compute.
      index: what of it is computed; data, so that one compiled program serves the whole table. Under
        `vmap` it must not be batched: a batched `lax.switch` runs every branch. It has no gradient.
      x: input, of shape (..., features). Computed in float32 or wider, returned in its own type.
      first, second: the affine maps of the two norms.
      own: the parameters that the table's norms have beside a scale and a bias.

    Returns:
      y, of x's shape and type.
    """
    return _ruled(table, index, x, *varying_as(x, (first, second, own)))


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _ruled(table: Table, index: Index, x: Array, first: Affine, second: Affine, own: Own) -> Array:
    return _computed(table, index, x, first, second, own)


def _computed(table: Table, index: Index, x: Array, first: Affine, second: Affine, own: Own) -> Array:
    z = _normed(table.first, index.first, first, own, wide(x))
    a = lax.switch(index.activation, [valued(activation) for activation in table.activations], z)
    return _normed(table.second, index.second, second, own, a).astype(x.dtype)


def _forward(
    table: Table, index: Index, x: Array, first: Affine, second: Affine, own: Own
) -> tuple[Array, Residuals]:
    # Not by way of the rule: forward over reverse differentiates what is done here, which a rule of this kind
    # does not allow.
    return _computed(table, index, x, first, second, own), (index, x, first, second, own)


def _backward(table: Table, residuals: Residuals, dy: Array) -> tuple[None, Array, Affine, Affine, Own]:
    index, x, first, second, own = residuals
    # As in `fixed`: what is computed again must not be taken for what was computed before.
    x, dy = lax.optimization_barrier((x, dy))
    u = wide(x)
    given = first, second, own
    # By parameters as wide as what they meet, so that every branch returns one type, and sums are as wide.
    first, second, own = jax.tree.map(lambda leaf: leaf.astype(u.dtype), given)
    z = _normed(table.first, index.first, first, own, u)
    a, slope = lax.switch(index.activation, [sloped(activation) for activation in table.activations], z)
    dsecond, down, da = _pulled(table.second, index.second, second, own, a, wide(dy))
    dfirst, down_first, dx = _pulled(table.first, index.first, first, own, u, da * slope)
    down = jax.tree.map(jnp.add, down, down_first)
    return None, dx.astype(x.dtype), *as_given(given, (dfirst, dsecond, down))


def _normed(norms: Sequence[Norm], index: Array | int, by: Affine, own: Own, u: Array) -> Array:
    return lax.switch(index, [normed(norm) for norm in norms], by, own, u)


def _pulled(
    norms: Sequence[Norm], index: Array | int, by: Affine, own: Own, u: Array, dz: Array
) -> tuple[Affine, Own, Array]:
    return lax.switch(index, [pulled(norm) for norm in norms], by, own, u, dz)


_ruled.defvjp(_forward, _backward)
