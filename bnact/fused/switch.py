"""The pair chosen by an index at run time: one compiled program for a whole grid."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from bnact import activations
from bnact.activations import ACTIVATIONS, Activation, largest_slope
from bnact.normalizations import STANDARDIZATIONS, Affine, affine
from bnact.numerics import wide
from bnact.types import Array

from .rule import output_and_statistics
from .statistics import standardized, standardizers, statistics
from .table import NOTHING, Index, Table

EPSILON = 1e-5

_NORMS = tuple(STANDARDIZATIONS.values())

# What stands beside an activation that would be alone.
_COMPANIONS = ("identity", "relu")


def table_of(chosen: Iterable[str | Activation]) -> Table:
    """Every norm with a fused rule on either side of each of the activations.

    What an entry computes does not depend, to the last bit, on the entries beside it: each is a branch by
    itself. A single branch would be merged into what surrounds it, so a table never has fewer than two.

    Args:
      chosen: names of registered activations, or `Activation` records, in any order; a repeated one counts
        once. In the table the registered ones come first, in the registry's order, the others by their names.

    Raises:
      ValueError: no activation has one of the names.
      TypeError: something is neither a name nor an `Activation`.
    """
    wanted = {activations.get(each) for each in chosen}
    wanted |= set() if len(wanted) > 1 else {ACTIVATIONS[name] for name in _COMPANIONS}
    others = sorted(wanted - set(ACTIVATIONS.values()), key=lambda activation: activation.name)
    _check_names(others)
    return Table(_NORMS, (*(each for each in ACTIVATIONS.values() if each in wanted), *others), _NORMS)


def _check_names(others: Sequence[Activation]) -> None:
    """Refuses two records of one name: nothing but the order they came in would tell them apart."""
    for one, other in itertools.pairwise(others):
        if one.name == other.name:
            raise ValueError(
                f"table_of: activations that are not registered must differ in name; got {one.name!r} twice, "
                f"for different records; rename one with dataclasses.replace(activation, name=...)"
            )


def index_of(activation: str | Activation, norm: str, order: str, table: Table) -> Index:
    """Where in a table a pair stands: Python integers, to be handed to a compiled program as data.

    Args:
      activation: name of a registered activation, or an `Activation`.
      norm: name of a norm with a fused rule.
      order: where the norm stands: "before" or "after" the activation. Without a norm both are one entry,
        whose scale and bias act before the activation.
      table: what the program was compiled for.

    Raises:
      ValueError: unknown activation, norm or order, or a pair that the table does not hold.
      TypeError: the activation is neither a name nor an `Activation`.
    """
    if norm not in STANDARDIZATIONS:
        raise ValueError(
            f"index_of: norm must have a fused rule; got norm={norm!r}; use one of {tuple(STANDARDIZATIONS)}"
        )
    if order not in ("before", "after"):
        raise ValueError(f"index_of: order must be 'before' or 'after'; got {order!r}; use one of the two")
    chosen = STANDARDIZATIONS[norm]
    first, second = (chosen, NOTHING) if order == "before" else (NOTHING, chosen)
    known = activations.get(activation)
    pair = (first, known, second)
    for entry, column in zip(pair, table, strict=True):
        if entry not in column:
            raise ValueError(
                f"index_of: the pair must be in the table; got {known.name!r}, {norm!r}, {order!r}, "
                f"and a table of {', '.join(each.name for each in table.activations)}; "
                f"use one of the table's, or make one with table_of that holds it"
            )
    return Index(*(column.index(entry) for entry, column in zip(pair, table, strict=True)))


def norm_of(index: Index, table: Table) -> Array:
    """Which norm of `STANDARDIZATIONS` the pair at `index` has, in whichever of the two places."""
    first, second = (jnp.asarray([_NORMS.index(norm) for norm in column]) for column in table[::2])
    return jnp.where(is_after(index, table), second[index.second], first[index.first])


def is_after(index: Index, table: Table) -> Array:
    """() whether the norm of the pair at `index` stands after the activation."""
    return jnp.asarray([norm != NOTHING for norm in table.second])[index.second]


def switched(index: Index, x: Array, scale: Array, bias: Array, table: Table) -> Array:
    """`norm_act` or `act_norm` of the pair at `index`, with the batch's statistics."""
    return output_and_statistics(table, EPSILON, index, x, *_affines(index, scale, bias, table))[0]


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
    index: Index, x: Array, scale: Array, bias: Array, counted: int, table: Table
) -> Switched:
    """The pair at `index`, laid open, with the batch statistics of the first `counted` examples of `x`.

    A norm that looks at the batch treats the examples behind those as it would after training, with
    statistics that are exactly those of the first. Gradients are those of plain autodiff.
    """
    first, second = _affines(index, scale, bias, table)
    u = wide(x)
    by_first = standardizers(statistics(table.first, index.first, u, counted), u, EPSILON)
    given = affine(first, standardized(u, by_first))
    a, slope = lax.switch(index.activation, [_with_slope(act) for act in table.activations], given)
    by_second = standardizers(statistics(table.second, index.second, a, counted), a, EPSILON)
    largest = jnp.asarray([largest_slope(act) for act in table.activations], u.dtype)[index.activation]
    y = affine(second, standardized(a, by_second)).astype(x.dtype)
    return Switched(y, jnp.where(is_after(index, table), a, u), given, slope, largest)


def _with_slope(activation: Activation) -> Callable[[Array], tuple[Array, Array]]:
    return lambda given: (activation(given), activation.derivative(given))


def _affines(index: Index, scale: Array, bias: Array, table: Table) -> tuple[Affine, Affine]:
    """The affine map, behind the norm that does something, and one that does nothing behind the other."""
    after = is_after(index, table)
    one, zero = jnp.ones_like(scale), jnp.zeros_like(bias)
    first = Affine(jnp.where(after, one, scale), jnp.where(after, zero, bias))
    second = Affine(jnp.where(after, scale, one), jnp.where(after, bias, zero))
    return first, second
