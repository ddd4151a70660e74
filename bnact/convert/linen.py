"""Norms from and to flax.linen: the variables of its modules."""

from collections.abc import Mapping
from typing import Any

from bnact.convert.convention import NOTHING, Convention, class_name
from bnact.convert.counterpart import Counterpart
from bnact.convert.exported import exported_arrays, exported_settings
from bnact.convert.found import Kinds, Settings, entries_of, flattened, found_layers
from bnact.convert.imported import imported, one_axis
from bnact.convert.layer import Layer

# Source: flax.linen's documentation and sources, 0.12.
LINEN = Convention(
    library="linen",
    package="flax.linen",
    arrays={"scale": "scale", "bias": "bias", "mean": "mean", "variance": "var"},
    modules={
        "batch": "BatchNorm",
        "layer": "LayerNorm",
        "rms": "RMSNorm",
        "group": "GroupNorm",
        "instance": "InstanceNorm",
    },
    settings={
        "batch": {"epsilon": 1e-5, "momentum": 0.99},
        "layer": {"epsilon": 1e-6},
        "rms": {"epsilon": 1e-6},
        "group": {"epsilon": 1e-6, "num_groups": 32, "group_size": None},
        "instance": {"epsilon": 1e-6},
    },
    words={
        "epsilon": "epsilon",
        "momentum": "momentum",
        "groups": "num_groups",
        "group_size": "group_size",
    },
    size={},
    flags=frozenset({"use_scale", "use_bias"}),
    drop_ins="bnact.nn.linen",
    without_bias=frozenset({"rms"}),
)


def from_linen(
    variables: Mapping[str, Any], kind: str = "batch", settings: Mapping[str, Any] = NOTHING
) -> Layer:
    """The layer of a linen module, from its variables.

    Momentum is the weight of the old value and the running variance biased, as in bnact.

    Args:
      variables: {"params": {"scale", "bias"}, "batch_stats": {"mean", "var"}} of this one module; either
        may be absent.
      kind: "batch", "layer", "rms", "group" or "instance".
      settings: what the module was made with where it is not linen's default: epsilon, momentum,
        num_groups, group_size.

    Returns:
      Layer that does what the module does.

    Raises:
      TypeError: an array is not real floating.
      ValueError: an unknown kind, array or setting; one that is missing; arrays of different lengths.
    """
    arrays = {**variables.get("params", {}), **variables.get("batch_stats", {})}
    return imported(LINEN, kind, arrays, settings, "from_linen")


def from_linen_module(module: Any, variables: Mapping[str, Any]) -> Layer:
    """The layer of a linen module and its variables, its settings included.

    Where the module has its features on another axis than the last, by `axis` or `feature_axes` of a batch or
    instance norm, the layer still takes them last: give it `jnp.moveaxis(x, axis, -1)`.

    Args:
      module: a BatchNorm, LayerNorm, RMSNorm, GroupNorm or InstanceNorm, of linen or `bnact.nn.linen`.
      variables: of this module, as for `from_linen`.

    Returns:
      Layer that does what the module does.

    Raises:
      ValueError: another class, a norm over several axes, or a layer or RMS norm whose scale is not on its
        axis, the last.
    """
    caller = "from_linen_module"
    kind = flax_kind(LINEN, module, caller)
    arrays = {**variables.get("params", {}), **variables.get("batch_stats", {})}
    return imported(LINEN, kind, arrays, LINEN.settings_of(kind, module), caller)


def layers_from_linen(
    variables: Mapping[str, Any], kinds: Kinds = NOTHING, settings: Settings = NOTHING
) -> dict[str, Layer]:
    """The norms of a whole tree of variables, {path with slashes: layer}.

    Entries with running averages are batch norms; others are told by `kinds`.

    Args:
      variables: {"params": nested, "batch_stats": nested}.
      kinds: pattern of paths -> kind, as {"*/LayerNorm_*": "layer"}.
      settings: kind -> linen's settings; all layers of a kind share them.

    Raises:
      ValueError: a pattern that matches nothing, and as `from_linen`.
    """
    flat = flattened(variables.get("params", {}), "/") | flattened(variables.get("batch_stats", {}), "/")
    return found_layers(LINEN, entries_of(flat, "/"), kinds, settings, "layers_from_linen")


def to_linen(layer: Layer) -> Counterpart:
    """The linen module that does what the layer does, and its variables.

        module = getattr(flax.linen, counterpart.module)(**counterpart.settings)
        module.apply(counterpart.arrays, x)

    Args:
      layer: of a kind that linen has.

    Returns:
      Counterpart whose arrays are the collections "params" and, for batch norm, "batch_stats".

    Raises:
      ValueError: the layer does what linen does not: unbiased, debiased or plain averages in a layer that is
        not frozen; a bias in RMS norm.
    """
    caller = "to_linen"
    arrays = exported_arrays(LINEN, layer, caller)
    settings = exported_settings(LINEN, layer, caller) | flax_flags(layer)
    collections = {"params": {name: arrays[name] for name in ("scale", "bias") if name in arrays}}
    if layer.kind == "batch":
        collections["batch_stats"] = {name: arrays[name] for name in ("mean", "var")}
    return Counterpart(LINEN.modules[layer.kind], settings, collections)


def flax_kind(convention: Convention, module: Any, caller: str) -> str:
    """The kind of a linen or nnx module, or a ValueError unless it is a norm over one axis of features."""
    kind = convention.kind_of(module)
    if holds_functions(module):
        raise ValueError(
            f"{caller}: a norm's settings must be known, and this module holds only the functions that they "
            f"make; got {class_name(module)}; use its norm, parameters and state as they are, or "
            f"Layer(kind, settings, params, state) to convert them"
        )
    if kind is None:
        raise ValueError(
            f"{caller}: module must be one of {', '.join(convention.modules.values())}; got "
            f"{class_name(module)}; convert its arrays, with a kind"
        )
    for word in ("axis", "feature_axes"):
        one_axis(caller, word, getattr(module, word, -1))
    expected = -1 if kind in ("layer", "rms") else None
    reduced = getattr(module, "reduction_axes", expected)
    if reduced not in (expected, (expected,), [expected]):
        raise ValueError(
            f"{caller}: reduction_axes must be {expected}; got reduction_axes={reduced}; a norm over other "
            f"axes has no counterpart"
        )
    features = getattr(module, "feature_axes", -1)
    if kind in ("layer", "rms") and features not in (-1, (-1,), [-1]):
        raise ValueError(
            f"{caller}: feature_axes must be -1, the axis of the statistics; got feature_axes={features}; a "
            f"scale over another axis has no counterpart"
        )
    return kind


def holds_functions(module: object) -> bool:
    """Whether it is one of bnact's modules that hold a norm as functions, whatever its settings were."""
    defined = type(module)
    return defined.__module__.startswith("bnact.nn.") and defined.__name__ in ("Norm", "NormAct")


def flax_flags(layer: Layer) -> dict[str, bool]:
    """Whether there are a scale and a bias, as flax says it."""
    scale, bias = (values is not None for values in layer.params)
    flags = {"use_scale": scale}
    return flags if layer.kind == "rms" else {**flags, "use_bias": bias}
