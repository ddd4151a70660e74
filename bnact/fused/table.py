"""The pairs a compiled program can compute, and which of them it computes."""

from typing import NamedTuple

from bnact.activations import Activation
from bnact.normalizations import Standardization
from bnact.types import Array


class Table(NamedTuple):
    """What a program was compiled for: every entry is a branch that an index chooses at run time.

    A table of one activation ahead of the norm, one norm and one activation behind it is a fixed
    pair: then there is nothing to choose, and no branch is compiled.

    Attributes:
      before: activations that may stand ahead of the norm.
      standardizations: what the norm may subtract and divide by.
      after: activations that may stand behind the norm.
    """

    before: tuple[Activation, ...]
    standardizations: tuple[Standardization, ...]
    after: tuple[Activation, ...]


class Index(NamedTuple):
    """One entry of each column of a `Table`: three int32 scalars, data to the compiled program."""

    before: Array | int
    standardization: Array | int
    after: Array | int


ONLY = Index(0, 0, 0)
"""The index into a table with one entry a column."""
