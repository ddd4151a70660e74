"""Norms from and to torch: its modules, or the arrays of their state dicts."""

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np

from bnact.convert.arrays import plain
from bnact.convert.convention import NOTHING, REQUIRED, Convention, class_name
from bnact.convert.conventions import for_evaluation
from bnact.convert.counterpart import Counterpart
from bnact.convert.exported import exported_arrays, exported_settings
from bnact.convert.found import Kinds, Settings, checked_some, entries_of, found_layers
from bnact.convert.imported import imported, one_axis
from bnact.convert.layer import Layer

# Source: torch.nn's documentation and sources, 2.13.
TORCH = Convention(
    library="torch",
    package="torch",
    arrays={
        "scale": "weight",
        "bias": "bias",
        "mean": "running_mean",
        "variance": "running_var",
        "count": "num_batches_tracked",
    },
    modules={
        "batch": "BatchNorm",
        "layer": "LayerNorm",
        "rms": "RMSNorm",
        "group": "GroupNorm",
        "instance": "InstanceNorm",
    },
    settings={
        "batch": {"eps": 1e-5, "momentum": 0.1},
        "layer": {"eps": 1e-5},
        "rms": {"eps": None},
        "group": {"num_groups": REQUIRED, "eps": 1e-5},
        "instance": {"eps": 1e-5},
    },
    words={"epsilon": "eps", "momentum": "momentum", "groups": "num_groups"},
    size={
        "batch": "num_features",
        "layer": "normalized_shape",
        "rms": "normalized_shape",
        "group": "num_channels",
        "instance": "num_features",
    },
    flags=frozenset({"affine", "elementwise_affine", "bias", "track_running_stats"}),
    without_bias=frozenset({"rms"}),
    momentum_of_new=True,
    unbiased=True,
    cumulative=True,
)

# The number of positions' axes is part of the name, and makes no difference to the arrays.
KINDS = {
    **{f"BatchNorm{axes}d": "batch" for axes in (1, 2, 3)},
    **{f"InstanceNorm{axes}d": "instance" for axes in (1, 2, 3)},
    "SyncBatchNorm": "batch",
    "LayerNorm": "layer",
    "RMSNorm": "rms",
    "GroupNorm": "group",
}


def from_torch(
    arrays: Mapping[str, Any], kind: str = "batch", settings: Mapping[str, Any] = NOTHING
) -> Layer:
    """The layer of a torch module, from its arrays.

    torch's momentum is the weight of the new value: ours is one minus it, and None, the plain average, stays
    None. Its running variance is unbiased, so the layer has `bessel=True`. Channels stand on axis 1 there:
    see `channels_last`. RMS norm's epsilon None is float32's own, 1.2e-7 (float64's for float64 weights). An
    instance norm with running averages evaluates as a batch norm, and becomes a frozen one.

    Args:
      arrays: `module.state_dict()`: weight, bias, running_mean, running_var, num_batches_tracked.
      kind: "batch", "layer", "rms", "group" or "instance".
      settings: what the module was made with where it is not torch's default, in torch's words: eps,
        momentum, num_groups.

    Returns:
      Layer that does what the module does.

    Raises:
      TypeError: an array is not real floating.
      ValueError: an unknown kind, array or setting; one that is missing; arrays of different lengths.
    """
    return _from_arrays(arrays, kind, settings, "from_torch")


def from_torch_module(module: Any) -> Layer:
    """The layer of a torch module, its settings included.

    Args:
      module: a BatchNorm1d, 2d or 3d, SyncBatchNorm, LayerNorm, RMSNorm, GroupNorm or InstanceNorm1d, 2d or
        3d. (A subclass may compute something else: convert its arrays by `from_torch`.)

    Returns:
      Layer that does what the module does.

    Raises:
      ValueError: another class, a norm over several axes, or a batch norm without running averages.
    """
    caller, kind = "from_torch_module", _kind_of(module)
    if kind is None:
        raise ValueError(
            f"{caller}: module must be one of {', '.join(KINDS)}; got {class_name(module)}; use from_torch "
            f"with its state_dict() and a kind"
        )
    one_axis(caller, "normalized_shape", getattr(module, "normalized_shape", (1,)))
    return _from_arrays(module.state_dict(), kind, TORCH.settings_of(kind, module), caller)


def layers_from_torch_module(module: Any) -> dict[str, Layer]:
    """Every norm inside a torch module, {name: layer}; their settings are read off.

    Args:
      module: any; its `named_modules()` are looked through.

    Raises:
      ValueError: there is none, and as `from_torch_module`.
    """
    named = module.named_modules()
    layers = {name: from_torch_module(part) for name, part in named if _kind_of(part) is not None}
    return checked_some(TORCH, layers, "layers_from_torch_module")


def layers_from_torch(
    state_dict: Mapping[str, Any], kinds: Kinds = NOTHING, settings: Settings = NOTHING
) -> dict[str, Layer]:
    """The norms of a whole state dict, {name: layer}.

    Entries with running averages are batch norms (or instance norms that track them, which only `kinds` can
    tell); others are told by `kinds`.

    Args:
      state_dict: names with dots -> arrays.
      kinds: pattern of names -> kind, as {"*.ln_?": "layer"}.
      settings: kind -> torch's settings, as {"batch": {"eps": 1e-3}}; all layers of a kind share them.

    Raises:
      ValueError: a pattern that matches nothing, and as `from_torch`.
    """
    return found_layers(TORCH, entries_of(state_dict, "."), kinds, settings, "layers_from_torch")


def to_torch(layer: Layer) -> Counterpart:
    """The torch module that does what the layer does.

        module = torch.nn.BatchNorm2d(**counterpart.settings)
        module.load_state_dict({name: torch.tensor(array) for name, array in counterpart.arrays.items()})

    Args:
      layer: of a kind that torch has.

    Returns:
      Counterpart whose arrays are a state dict.

    Raises:
      ValueError: the layer does what torch does not: a biased running variance, or debiased averages, in a
        layer that is not frozen; a bias without a scale, or in RMS norm.
    """
    caller = "to_torch"
    settings = exported_settings(TORCH, layer, caller) | _flags(layer)
    return Counterpart(TORCH.modules[layer.kind], settings, exported_arrays(TORCH, layer, caller))


def _kind_of(module: Any) -> str | None:
    return KINDS.get(type(module).__name__) if TORCH.defines(module) else None


def _flags(layer: Layer) -> dict[str, bool]:
    scale, bias = (values is not None for values in layer.params)
    if bias and not scale:
        raise ValueError(
            "to_torch: torch has no bias without a weight; got scale=None and a bias; use a layer with "
            "params._replace(scale=ones), which torch will learn"
        )
    word = "elementwise_affine" if layer.kind in ("layer", "rms") else "affine"
    return {word: scale} | ({"bias": bias} if scale and layer.kind != "rms" else {})


def _from_arrays(arrays: Mapping[str, Any], kind: str, settings: Mapping[str, Any], caller: str) -> Layer:
    if kind == "instance" and arrays.get("running_mean") is not None:
        # Only evaluation has a counterpart: in training such a module standardizes each instance by itself.
        return for_evaluation(imported(TORCH, "batch", arrays, settings, caller))
    if kind == "instance":
        settings = {word: value for word, value in settings.items() if word != "momentum"}
    if kind == "rms" and settings.get("eps") is None:
        weight = arrays.get("weight")
        wide = jnp.promote_types(jnp.float32, np.float32 if weight is None else plain(weight).dtype)
        settings = {**settings, "eps": float(np.finfo(wide).eps)}
    return imported(TORCH, kind, arrays, settings, caller)
