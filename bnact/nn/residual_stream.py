"""How a residual stream begins, goes on and ends, for both kinds of blocks."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from flax import nnx

from .block import Block
from .design import Design, MakeMap
from .initializers import Initializer, normal_with_gain
from .links import Alone, Plain
from .residual_block import IdentityBlock, PostBlock

STREAM_INIT = normal_with_gain(1.0)
"""Initializer of maps that no activation feeds: the input's, the residual stream's, attention's."""


class ResidualKind(NamedTuple):
    """One kind of residual stream; `make` makes linear maps.

    Attributes:
      begin: (make, in_features, width, rngs) -> the link ahead of the blocks of a stage.
      block: (make, width, rngs) -> one block.
      end: width -> the links behind the last block.
    """

    begin: Callable[[MakeMap, int, int, nnx.Rngs], Any]
    block: Callable[[MakeMap, int, nnx.Rngs], Any]
    end: Callable[[int], list[Any]]


def identity_kind(design: Design) -> ResidualKind:
    """Blocks that leave the stream alone: it begins with a linear map and ends with a pair."""

    def block(make: MakeMap, width: int, rngs: nnx.Rngs) -> IdentityBlock:
        first, second = _two_maps(make, width, design.kernel_init, rngs)
        return IdentityBlock(design.pair(width), first, design.pair(width), second)

    return ResidualKind(
        begin=lambda make, features, width, rngs: Plain(make(features, width, STREAM_INIT, rngs)),
        block=block,
        end=lambda width: [Alone(design.pair(width))],
    )


def post_kind(design: Design) -> ResidualKind:
    """Blocks that end with a pair, as the map ahead of them does; nothing follows the last.

    Raises:
      ValueError: the design does not say how its pair is parted.
    """
    if design.parted is None:
        raise ValueError(
            "post_kind: the design must say how its pair is parted, since the addition stands between norm "
            "and activation; got parted=None; give it a Parted, or use identity_kind"
        )
    parted = design.parted

    def begin(make: MakeMap, in_features: int, width: int, rngs: nnx.Rngs) -> Block:
        return Block(make(in_features, width, design.kernel_init, rngs), design.pair(width))

    def block(make: MakeMap, width: int, rngs: nnx.Rngs) -> PostBlock:
        first, second = _two_maps(make, width, design.kernel_init, rngs)
        return PostBlock(first, design.pair(width), second, parted.branch(width), parted.joined(width))

    return ResidualKind(begin, block, end=lambda width: [])


KINDS: Mapping[str, Callable[[Design], ResidualKind]] = {"identity": identity_kind, "post": post_kind}


def residual_kind(subject: str, block: str, design: Design) -> ResidualKind:
    """The kind of that name.

    Raises:
      ValueError: there is none.
    """
    if block not in KINDS:
        raise ValueError(
            f"{subject}: block must be one of {', '.join(map(repr, KINDS))}; got {block!r}; use 'identity'"
        )
    return KINDS[block](design)


def _two_maps(make: MakeMap, width: int, kernel_init: Initializer, rngs: nnx.Rngs) -> tuple[Any, Any]:
    return make(width, width, kernel_init, rngs), make(width, width, kernel_init, rngs)
