"""A column of a table: the norms that standardize beside those that are computed by a formula."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from bnact.normalizations import Affine, Standardization
from bnact.types import Array, PyTree

from .norms import NOTHING, Formula, Norm


class Column(NamedTuple):
    """The chosen entry of a column of norms, said apart for the two kinds that it may be of.

    Attributes:
      standardizations: of the column; `NOTHING` is among them if the column has formulas.
      standardization: which of them; `NOTHING` where a formula is chosen.
      formulas: of the column.
      formula: which of them, counted from 1; 0 where a standardization is chosen. A Python integer where the
        column leaves no choice: then there is no branch.
    """

    standardizations: tuple[Standardization, ...]
    standardization: Array | int
    formulas: tuple[Formula, ...]
    formula: Array | int


def column_of(norms: Sequence[Norm], index: Array | int) -> Column:
    """The entry at `index` of a column."""
    standardizations = tuple(norm for norm in norms if isinstance(norm, Standardization))
    formulas = tuple(norm for norm in norms if isinstance(norm, Formula))
    if not formulas:
        return Column(standardizations, index, (), 0)
    if len(norms) == 1:
        return Column((NOTHING,), 0, formulas, 1)
    if NOTHING not in standardizations:
        standardizations = (NOTHING, *standardizations)
    nothing = standardizations.index(NOTHING)
    own = [nothing if isinstance(norm, Formula) else standardizations.index(norm) for norm in norms]
    numbers = [1 + formulas.index(norm) if isinstance(norm, Formula) else 0 for norm in norms]
    return Column(standardizations, jnp.asarray(own)[index], formulas, jnp.asarray(numbers)[index])


def formula_or(
    column: Column, otherwise: Callable[..., Array], compute: Callable[..., Array], *given: PyTree
) -> Array:
    """`compute(formula, *given)` of the chosen formula, or `otherwise(*given)` where none is chosen."""

    def branch(formula: Formula) -> Callable[..., Array]:
        return lambda *given: compute(formula, *given)

    branches = [otherwise, *map(branch, column.formulas)]
    if isinstance(column.formula, int):
        return branches[column.formula](*given)
    return lax.switch(column.formula, branches, *given)


def standing_behind(column: Column, by: Affine) -> Affine:
    """What is left of an affine map behind the column's norm: a formula has it inside, and leaves nothing."""
    if not column.formulas:
        return by
    assert by.scale is not None
    assert by.bias is not None
    inside = column.formula > 0
    return Affine(jnp.where(inside, 1, by.scale), jnp.where(inside, 0, by.bias))
