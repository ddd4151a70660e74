"""The pairs a compiled program can compute, and which of them it computes."""

from typing import NamedTuple

from bnact.activations import Activation
from bnact.types import Array

from .norms import Norm


class Table(NamedTuple):
    """What a program was compiled for: a norm, an activation, a norm, each chosen among several.

    A norm before the activation has `NOTHING` behind it, a norm after the activation `NOTHING` ahead. A
    table with one entry a column is a fixed pair: then there is nothing to choose, and no branch. Its
    index is Index(0, 0, 0).

    Attributes:
      first: norms that may stand ahead of the activation.
      activations: between the two.
      second: norms that may stand behind it.
    """

    first: tuple[Norm, ...]
    activations: tuple[Activation, ...]
    second: tuple[Norm, ...]


class Index(NamedTuple):
    """One entry of each column of a `Table`: three int32 scalars, data to the compiled program."""

    first: Array | int
    activation: Array | int
    second: Array | int
