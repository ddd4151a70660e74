"""The body of every architecture, over any design."""

import numbers
from collections.abc import Callable, Sequence
from typing import Any

from flax import nnx

from .attention import Embedding, SelfAttention
from .block import Block
from .body import Body
from .design import Design, MakeMap
from .links import Plain, Repeated
from .residual_stream import STREAM_INIT, ResidualKind
from .transformer_block import TransformerBlock


def perceptron_body(
    subject: str, in_features: int, out_features: int, width: int, depth: int, design: Design, rngs: nnx.Rngs
) -> Body:
    """`depth` hidden layers and a readout, see `MLP`.

    The first layer is part of the stack where the input has as many features as the layers have units:
    then a program holds the code of one layer, not of two.

    Args:
      subject: who asks, for the errors.
      in_features, out_features, width, depth, rngs: as in `MLP`.
      design: what it is made of.

    Raises:
      ValueError: depth below 1.
    """
    checked_depth(subject, "hidden layer", depth)
    begin = None if in_features == width else design.dense
    links = _layers(in_features, width, depth, begin, design.dense, design, rngs)
    return Body(links, design.readout(width, out_features, rngs))


def conv_body(
    subject: str,
    in_features: int,
    out_features: int,
    widths: Sequence[int],
    depth: int,
    design: Design,
    rngs: nnx.Rngs,
) -> Body:
    """`depth` convolutions in stages, mean over all places, readout; see `ConvNet`.

    Args and errors as in `perceptron_body`; widths: channels of every stage.
    """
    links = []
    for stage, count in enumerate(shares(subject, "convolution", depth, widths)):
        begin = design.convolution(2 if stage else 1)
        links += _layers(in_features, widths[stage], count, begin, design.convolution(1), design, rngs)
        in_features = widths[stage]
    return Body(links, design.readout(in_features, out_features, rngs), places=2)


def _layers(
    in_features: int,
    width: int,
    depth: int,
    begin: MakeMap | None,
    go_on: MakeMap,
    design: Design,
    rngs: nnx.Rngs,
) -> list[Any]:
    """`depth` blocks: the first by itself where `begin` makes its map, all others in one stack."""
    init = design.kernel_init
    first = [] if begin is None else [Block(begin(in_features, width, init, rngs), design.pair(width))]
    others = depth - len(first)

    def block(rngs: nnx.Rngs) -> Block:
        return Block(go_on(width, width, init, rngs), design.pair(width))

    return [*first, *([Repeated(block, others, unroll=design.unroll, rngs=rngs)] if others else [])]


def residual_body(
    subject: str,
    in_features: int,
    out_features: int,
    width: int,
    depth: int,
    kind: ResidualKind,
    design: Design,
    rngs: nnx.Rngs,
) -> Body:
    """`depth` dense residual blocks and a readout, see `ResidualMLP`.

    Args and errors as in `perceptron_body`; kind: of the blocks.
    """
    checked_depth(subject, "residual block", depth)
    links = [
        kind.begin(design.dense, in_features, width, rngs),
        _alike(kind, design.dense, width, depth, design, rngs),
        *kind.end(width),
    ]
    return Body(links, design.readout(width, out_features, rngs))


def res_net_body(
    subject: str,
    in_features: int,
    out_features: int,
    widths: Sequence[int],
    depth: int,
    kind: ResidualKind,
    design: Design,
    rngs: nnx.Rngs,
) -> Body:
    """`depth` convolutional residual blocks in stages, mean, readout; see `ResNet`.

    Args and errors as in `conv_body`; kind: of the blocks.
    """
    links = []
    for stage, count in enumerate(shares(subject, "residual block", depth, widths)):
        begin, width = design.convolution(2 if stage else 1), widths[stage]
        links.append(kind.begin(begin, in_features, width, rngs))
        links.append(_alike(kind, design.convolution(1), width, count, design, rngs))
        in_features = width
    links += kind.end(in_features)
    return Body(links, design.readout(in_features, out_features, rngs), places=2)


def _alike(
    kind: ResidualKind, make: MakeMap, width: int, count: int, design: Design, rngs: nnx.Rngs
) -> Repeated:
    return Repeated(lambda rngs: kind.block(make, width, rngs), count, unroll=design.unroll, rngs=rngs)


def transformer_body(
    subject: str,
    in_features: int,
    out_features: int,
    width: int,
    depth: int,
    heads: int,
    hidden_width: int,
    placement: str,
    stream_norm: Callable[[int], Any],
    design: Design,
    rngs: nnx.Rngs,
) -> Body:
    """Tokens embedded, `depth` blocks, mean over the tokens, readout; see `Transformer`.

    Args and errors as there; stream_norm: makes a norm from its number of features.
    """
    checked_depth(subject, "block", depth)

    def block(rngs: nnx.Rngs) -> TransformerBlock:
        into, out = (design.dense(width, n * width, STREAM_INIT, rngs) for n in (3, 1))
        return TransformerBlock(
            stream_norm(width),
            SelfAttention(into, out, heads),
            stream_norm(width),
            design.dense(width, hidden_width, STREAM_INIT, rngs),
            design.pair(hidden_width),
            design.dense(hidden_width, width, design.kernel_init, rngs),
            placement,
        )

    embedding = Embedding(design.dense(in_features, width, STREAM_INIT, rngs))
    links = [Plain(embedding), Repeated(block, depth, unroll=design.unroll, rngs=rngs)]
    links += [Plain(stream_norm(width))] if placement == "before" else []
    return Body(links, design.readout(width, out_features, rngs), places=1)


def checked_depth(subject: str, what: str, depth: int) -> None:
    """Nothing, or an error unless there is a whole number of the repeated parts, and at least one."""
    _check_whole(subject, depth)
    if depth < 1:
        raise ValueError(
            f"{subject}: depth must be at least 1 {what}; got depth={depth}; use depth=1 or more"
        )


def _check_whole(subject: str, depth: object) -> None:
    if not isinstance(depth, numbers.Integral):
        raise TypeError(f"{subject}: depth must be an integer; got depth={depth!r}; use depth=1 or more")


def shares(subject: str, what: str, depth: int, widths: Sequence[int]) -> list[int]:
    """How many of `depth` repeated parts every stage has: as equal as can be, the first ones more.

    Raises:
      TypeError: the depth is no integer.
      ValueError: there is no stage, or fewer parts than stages.
    """
    _check_whole(subject, depth)
    stages = len(widths)
    if not 1 <= stages <= depth:
        raise ValueError(
            f"{subject}: depth must be at least 1 {what} for every stage; got depth={depth} for "
            f"{stages} {'stage' if stages == 1 else 'stages'}; use depth={max(stages, 1)} or more, and at "
            "least one stage"
        )
    return [depth // stages + (stage < depth % stages) for stage in range(stages)]
