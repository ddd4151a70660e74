"""The pair chosen by an index at run time: one compiled program for a whole grid."""

import itertools
from collections.abc import Iterable, Sequence

import jax.numpy as jnp

from bnact import activations
from bnact.activations import ACTIVATIONS, Activation
from bnact.normalizations import STANDARDIZATIONS, Affine
from bnact.types import Array

from .border import checked_arrays
from .norms import NORMS, NOTHING, Formula, Norm, Own, initial_own
from .rule import output
from .table import Index, Table

_NORMS = tuple(NORMS.values())

# What stands beside an activation that would be alone.
_COMPANIONS = ("identity", "relu")


def table_of(chosen: Iterable[str | Activation], norms: Iterable[str] = ()) -> Table:
    """`none`, `batch`, `layer` and `rms`, and the norms named, on either side of each of the activations.

    What an entry computes does not depend, to the last bit, on the entries beside it: each is a branch by
    itself. A single branch would be merged into what surrounds it, so a table never has fewer than two.

    Args:
      chosen: names of registered activations, or `Activation` records, in any order; a repeated one counts
        once. In the table the registered ones come first, in the registry's order, the others by their names.
      norms: keys of `NORMS`, in any order. In the table `none`, `batch`, `layer` and `rms` come first, which
        every table has, whatever is named, and the others in the order of `NORMS`.

    Raises:
      ValueError: no activation, or no norm, has one of the names.
      TypeError: something is neither a name nor an `Activation`.
    """
    wanted = {activations.get(each) for each in chosen}
    wanted |= set() if len(wanted) > 1 else {ACTIVATIONS[name] for name in _COMPANIONS}
    others = sorted(wanted - set(ACTIVATIONS.values()), key=lambda activation: activation.name)
    _check_names(others)
    column = _column(norms)
    return Table(column, (*(each for each in ACTIVATIONS.values() if each in wanted), *others), column)


def _column(named: Iterable[str]) -> tuple[Norm, ...]:
    names = set(named)
    for name in names:
        _check_norm("table_of", name)
    return tuple(norm for name, norm in NORMS.items() if name in names or name in STANDARDIZATIONS)


def _check_norm(function: str, name: str) -> None:
    if name not in NORMS:
        raise ValueError(
            f"{function}: norm must be one that a table can hold; got norm={name!r}; "
            f"use one of {tuple(NORMS)}"
        )


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
      norm: a key of `NORMS`.
      order: where the norm stands: "before" or "after" the activation. Without a norm both are one entry,
        whose scale and bias act before the activation.
      table: what the program was compiled for.

    Raises:
      ValueError: unknown activation, norm or order, or a pair that the table does not hold.
      TypeError: the activation is neither a name nor an `Activation`.
    """
    _check_norm("index_of", norm)
    if order not in ("before", "after"):
        raise ValueError(f"index_of: order must be 'before' or 'after'; got {order!r}; use one of the two")
    chosen = NORMS[norm]
    first, second = (chosen, NOTHING) if order == "before" else (NOTHING, chosen)
    known = activations.get(activation)
    pair = (first, known, second)
    for entry, column in zip(pair, table, strict=True):
        if entry not in column:
            raise ValueError(
                f"index_of: the pair must be in the table; got {known.name!r}, {norm!r}, {order!r}, "
                f"and a table of {', '.join(each.name for each in table.activations)} "
                f"with {', '.join(norms_of(table))}; "
                f"use one of the table's, or make one with table_of that holds it"
            )
    return Index(*(column.index(entry) for entry, column in zip(pair, table, strict=True)))


def norms_of(table: Table) -> tuple[str, ...]:
    """The names of the norms that a table holds, in the order of `NORMS`."""
    return tuple(name for name, norm in NORMS.items() if norm in table.first + table.second)


def norm_of(index: Index, table: Table) -> Array:
    """Which norm of `NORMS` the pair at `index` has, in whichever of the two places."""
    first, second = (jnp.asarray([_NORMS.index(norm) for norm in column]) for column in table[::2])
    return jnp.where(is_after(index, table), second[index.second], first[index.first])


def without_formulas(index: Index, table: Table) -> tuple[Index, Table]:
    """The pair at `index` in the table without its formulas; a formula becomes the absence of a norm."""
    first, ahead = _without_formulas(index.first, table.first)
    second, behind = _without_formulas(index.second, table.second)
    return Index(first, index.activation, second), Table(ahead, table.activations, behind)


def _without_formulas(index: Array | int, column: tuple[Norm, ...]) -> tuple[Array, tuple[Norm, ...]]:
    norms = [NOTHING if isinstance(norm, Formula) else norm for norm in column]
    kept = tuple(dict.fromkeys(norms))
    return jnp.asarray([kept.index(norm) for norm in norms])[index], kept


def is_after(index: Index, table: Table) -> Array:
    """() whether the norm of the pair at `index` stands after the activation."""
    return jnp.asarray([norm != NOTHING for norm in table.second])[index.second]


def switched(
    index: Index, x: Array, scale: Array, bias: Array, table: Table, own: Own | None = None
) -> Array:
    """`norm_act` or `act_norm` of the pair at `index`, with the batch's statistics.

    Without a norm, scale and bias act before the activation in either order, see `index_of`.

    To be called under `jax.jit`: by itself it compiles its branches anew each time. The index is data, which
    no error can look at: a norm of the batch that is chosen for a single example gives its bias, whatever x
    is, as the deviation from itself is 0.

    Args:
      index: the pair, from `index_of`.
      x: (..., features), floating.
      scale, bias: (features,), floating.
      table: what can be computed, with `EPSILON` where a norm standardizes by moments.
      own: what the table's norms learn beside scale and bias, see `own_of`; None for the first values.

    Returns:
      Array of x's shape and type.

    Raises:
      TypeError: x, scale or bias is not floating.
      ValueError: scale or bias is not of x's features, or x of a shape that a norm of the table refuses.
    """
    x, _ = checked_arrays("switched", x, scale, bias)
    first, second = affines(index, scale, bias, table)
    own = own_of(table, x.shape[-1]) if own is None else own
    return output(table, index, x, first, second, own)


def own_of(table: Table, num_features: int) -> Own:
    """The first values of what the norms of a table learn beside a scale and a bias of every feature."""
    found = {name: initial_own(name, num_features) for name in norms_of(table)}
    return {name: own for name, own in found.items() if own}


def affines(index: Index, scale: Array, bias: Array, table: Table) -> tuple[Affine, Affine]:
    """The maps of both places: scale and bias behind the norm that does something, 1 and 0 at the other."""
    after = is_after(index, table)
    one, zero = jnp.ones_like(scale), jnp.zeros_like(bias)
    first = Affine(jnp.where(after, one, scale), jnp.where(after, zero, bias))
    second = Affine(jnp.where(after, scale, one), jnp.where(after, bias, zero))
    return first, second
