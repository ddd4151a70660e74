"""The pair chosen by an index at run time, laid open."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from bnact.activations import largest_slope
from bnact.numerics import wide
from bnact.types import Array

from .border import checked_arrays
from .branches import normed_after, sloped
from .norms import Own
from .switch import affines, is_after, own_of
from .table import Index, Table


class Switched(NamedTuple):
    """What a pair did to its input; all arrays of the input's shape but the last.

    Attributes:
      y: the output.
      normalized: what the norm was given.
      given: what the activation was given.
      slope: its derivative there.
      largest_slope: () the `bnact.activations.largest_slope` of the activation.
    """

    y: Array
    normalized: Array
    given: Array
    slope: Array
    largest_slope: Array


def switched_and_observed(
    index: Index,
    x: Array,
    scale: Array,
    bias: Array,
    counted: int,
    table: Table,
    own: Own | None = None,
) -> Switched:
    """The pair at `index`, laid open, with the batch statistics of the first `counted` examples of `x`.

    A norm that looks at the batch treats the examples behind those as it would after training, with
    statistics that are exactly those of the first; ghost batch norm all of them, with the statistics of the
    counted together. Gradients are those of plain autodiff. To be called under `jax.jit`, as `switched`.

    Args:
      index, x, scale, bias, table, own: as in `switched`.
      counted: how many of x's first examples are the batch.

    Returns:
      The output and what led to it.

    Raises:
      TypeError, ValueError: as in `switched`.
    """
    x, _ = checked_arrays("switched_and_observed", x, scale, bias)
    own = own_of(table, x.shape[-1]) if own is None else own
    first, second = affines(index, scale, bias, table)

    ahead, behind = ([normed_after(norm, counted) for norm in column] for column in table[::2])
    u = wide(x)
    given = lax.switch(index.first, ahead, first, own, u)
    a, slope = lax.switch(index.activation, [sloped(activation) for activation in table.activations], given)
    y = lax.switch(index.second, behind, second, own, a)
    largest = jnp.asarray([largest_slope(act) for act in table.activations], u.dtype)[index.activation]
    seen = jnp.where(is_after(index, table), a, u)
    return Switched(y.astype(x.dtype), seen, given, slope, largest)
