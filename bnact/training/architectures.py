"""The architectures that a study can train, and what each asks of a dataset."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from bnact.data import Dataset
from bnact.fused import index_of, table_of
from bnact.nn import (
    Design,
    NormAct,
    SwitchNetwork,
    SwitchNormAct,
    conv_body,
    identity_kind,
    perceptron_body,
    res_net_body,
    residual_body,
    transformer_body,
)
from bnact.numerics import nearest_names

STAGES = 2
"""Of a convolutional network, if it is deep enough: the second has half the height and width."""

HIDDEN_FACTOR = 4
"""Units in a transformer's feed-forward part, for each of its stream."""

HEADS = (4, 2, 1)
"""Of a transformer: the first that divides the width."""

_INPUT_NORM, _STREAM_NORM = "batch", "layer"


class Size(NamedTuple):
    """What a network is built for.

    Attributes:
      features: numbers in one example.
      image_shape: of one example as (height, width, channels), or None if it is no image.
      outputs: of the network.
      width, depth: see `Setting`.
    """

    features: int
    image_shape: tuple[int, ...] | None
    outputs: int
    width: int
    depth: int


class Architecture(NamedTuple):
    """One kind of network.

    Attributes:
      network: makes it from its size, its design and its keys (`nnx.Rngs`).
      takes_images: whether it needs the shape of an image.
      pairs_follow_maps: whether every pair follows a linear map with a bias; the injuries "bias" and "shift"
        need that.
      layer, unit: what depth and width count, in the singular.
      description: what the network is, in words that follow its name.
      own_norms: names of the norms it has whatever the pair, of examples or of a stream of its width.
      pair_factor: features that a pair stands on, for each unit of the width.
    """

    network: Callable[[Size, Design, Any], SwitchNetwork]
    takes_images: bool
    pairs_follow_maps: bool
    layer: str
    unit: str
    description: str
    own_norms: tuple[str, ...] = ()
    pair_factor: int = 1

    @property
    def has_positions(self) -> bool:
        """Whether what a pair is given has axes between examples and features: an image's, or of tokens."""
        return self.takes_images


def _mlp(size: Size, design: Design, rngs: Any) -> SwitchNetwork:
    body = perceptron_body("mlp", size.features, size.outputs, size.width, size.depth, design, rngs)
    return SwitchNetwork(body, (size.features,))


def _normalized_input_mlp(size: Size, design: Design, rngs: Any) -> SwitchNetwork:
    table = table_of(("identity",))
    norm = SwitchNormAct(size.features, index_of("identity", _INPUT_NORM, "before", table), table)
    return SwitchNetwork(_mlp(size, design, rngs).body, (size.features,), norm)


def _residual_mlp(size: Size, design: Design, rngs: Any) -> SwitchNetwork:
    body = residual_body(
        "residual_mlp",
        size.features,
        size.outputs,
        size.width,
        size.depth,
        identity_kind(design),
        design,
        rngs,
    )
    return SwitchNetwork(body, (size.features,))


def _conv_net(size: Size, design: Design, rngs: Any) -> SwitchNetwork:
    shape = _image_shape("conv_net", size)
    body = conv_body("conv_net", shape[-1], size.outputs, _widths(size), size.depth, design, rngs)
    return SwitchNetwork(body, shape)


def _resnet(size: Size, design: Design, rngs: Any) -> SwitchNetwork:
    shape = _image_shape("resnet", size)
    kind = identity_kind(design)
    body = res_net_body("resnet", shape[-1], size.outputs, _widths(size), size.depth, kind, design, rngs)
    return SwitchNetwork(body, shape)


def _transformer(size: Size, design: Design, rngs: Any) -> SwitchNetwork:
    height, width, channels = _image_shape("transformer", size)
    body = transformer_body(
        "transformer",
        in_features=width * channels,
        out_features=size.outputs,
        width=size.width,
        depth=size.depth,
        heads=next(heads for heads in HEADS if size.width % heads == 0),
        hidden_width=HIDDEN_FACTOR * size.width,
        placement="before",
        stream_norm=lambda features: NormAct(features, _STREAM_NORM, "identity"),
        design=design,
        rngs=rngs,
    )
    return SwitchNetwork(body, (height, width * channels))


ARCHITECTURES: Mapping[str, Architecture] = {
    "mlp": Architecture(
        _mlp,
        takes_images=False,
        pairs_follow_maps=True,
        layer="hidden layer",
        unit="unit",
        description="hidden layers of equal width one behind the other, each a linear map with its pair of "
        "norm and activation",
    ),
    "normalized_input_mlp": Architecture(
        _normalized_input_mlp,
        takes_images=False,
        pairs_follow_maps=True,
        layer="hidden layer",
        unit="unit",
        description="an mlp with a batch norm on its inputs, whatever norm the pairs have",
        own_norms=(_INPUT_NORM,),
    ),
    "residual_mlp": Architecture(
        _residual_mlp,
        takes_images=False,
        pairs_follow_maps=False,
        layer="residual block",
        unit="unit",
        description="a linear map begins a stream, to which every residual block adds the output of two "
        "linear maps, each behind a pair; no norm or activation stands on the stream but a last pair",
    ),
    "conv_net": Architecture(
        _conv_net,
        takes_images=True,
        pairs_follow_maps=True,
        layer="convolution",
        unit="channel",
        description=f"convolutions, each with its pair, in up to {STAGES} stages, each later one with half "
        "the height and width, then a mean over all places",
    ),
    "resnet": Architecture(
        _resnet,
        takes_images=True,
        pairs_follow_maps=False,
        layer="residual block",
        unit="channel",
        description=f"convolutions in place of a residual_mlp's linear maps, in up to {STAGES} stages, "
        "each later one with half the height and width, then a mean over all places",
    ),
    "transformer": Architecture(
        _transformer,
        takes_images=True,
        pairs_follow_maps=False,
        layer="transformer block",
        unit="unit",
        description="an image's rows are the tokens, and every transformer block is attention and then a "
        f"feed-forward part of {HIDDEN_FACTOR} times the width, which has the pair; the stream keeps layer "
        "norms of its own, whatever norm the pair has",
        own_norms=(_STREAM_NORM,),
        pair_factor=HIDDEN_FACTOR,
    ),
}


def architecture_of(name: str) -> Architecture:
    """The architecture of that name.

    Raises:
      ValueError: there is none; the message names the nearest.
    """
    if name not in ARCHITECTURES:
        nearest = nearest_names(name, ARCHITECTURES) or list(ARCHITECTURES)
        raise ValueError(
            f"architecture: must be one of {', '.join(ARCHITECTURES)}; got {name!r}; use "
            f"{' or '.join(map(repr, nearest))}"
        )
    return ARCHITECTURES[name]


def check_architecture(name: str, dataset: Dataset) -> None:
    """Refuses an architecture that cannot take the examples of a dataset.

    Raises:
      ValueError: there is no such architecture, or it needs images and the examples are none.
    """
    if architecture_of(name).takes_images and dataset.image_shape is None:
        fit = [known for known, each in ARCHITECTURES.items() if not each.takes_images]
        raise ValueError(
            f"architecture: {name} needs examples that are images; got the dataset {dataset.name!r} of "
            f"vectors with {dataset.features} features; use {', '.join(fit[:-1])} or {fit[-1]}"
        )


def check_injury(name: str, kill: str) -> None:
    """Refuses an injury to linear maps and norms where a pair follows no linear map.

    Raises:
      ValueError: there is no such architecture, or it has no place for the injury.
    """
    if kill in ("bias", "shift") and not architecture_of(name).pairs_follow_maps:
        fit = [known for known, each in ARCHITECTURES.items() if each.pairs_follow_maps]
        raise ValueError(
            f"architecture: kill={kill} needs an architecture whose every pair follows a linear map with a "
            f"bias; got architecture={name}; use {', '.join(fit[:-1])} or {fit[-1]}, or kill=step"
        )


def _widths(size: Size) -> tuple[int, ...]:
    return (size.width,) * min(STAGES, size.depth)


def _image_shape(subject: str, size: Size) -> tuple[int, ...]:
    if size.image_shape is None:
        raise ValueError(
            f"{subject}: an example must be an image; got image_shape=None; use image_shape=(height, width, "
            "channels), or another architecture"
        )
    return size.image_shape
