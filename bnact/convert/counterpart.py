"""A layer as another library describes it."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Counterpart(NamedTuple):
    """What another library needs to make the same layer.

    Attributes:
      module: the name of its class. (torch's batch and instance norm end in the number of positions' axes:
        BatchNorm1d, 2d or 3d.)
      settings: arguments of its constructor, in that library's words and meaning.
      arrays: numpy arrays under the names, and in the collections, that the library has them in.
    """

    module: str
    settings: dict[str, Any]
    arrays: Mapping[str, Any]
