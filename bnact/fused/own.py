"""The norms of the registry that say of themselves that they standardize by their own statistics."""

import functools

from bnact import normalizations
from bnact.normalizations import NORMALIZATIONS
from bnact.normalizations.standardizes import Standardizes


@functools.cache
def fused_norms() -> tuple[str, ...]:
    """Their names, in the registry's order."""
    return tuple(name for name, factory in NORMALIZATIONS.items() if factory().standardizes is not None)


@functools.cache
def standardizes_of(norm: str) -> Standardizes:
    """What the norm of that name, one of `fused_norms()`, says of itself with its defaults."""
    said = normalizations.get(norm)().standardizes
    assert said is not None, f"{norm} is not among the fused norms"
    return said
