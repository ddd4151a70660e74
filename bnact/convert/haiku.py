"""Norms from and to haiku: the dictionaries of parameters and of state that its transforms pass around."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from bnact.convert.arrays import plain
from bnact.convert.convention import NOTHING, REQUIRED, Convention
from bnact.convert.counterpart import Counterpart
from bnact.convert.exported import exported_arrays, exported_settings
from bnact.convert.found import Kinds, Settings, found_layers
from bnact.convert.imported import imported
from bnact.convert.layer import Layer, mean_of, read_state

MEAN, VARIANCE = "mean_ema", "var_ema"

# The moving averages are modules inside a batch norm; here each is under the name of its module.
# Source: haiku's documentation and sources, 0.0.17.
HAIKU = Convention(
    library="haiku",
    package="haiku",
    arrays={"scale": "scale", "bias": "offset", "mean": MEAN, "variance": VARIANCE, "count": "counter"},
    modules={
        "batch": "BatchNorm",
        "layer": "LayerNorm",
        "rms": "RMSNorm",
        "group": "GroupNorm",
        "instance": "InstanceNorm",
    },
    settings={
        "batch": {"decay_rate": REQUIRED, "eps": 1e-5},
        "layer": {"eps": 1e-5},
        "rms": {"eps": 1e-5},
        "group": {"groups": REQUIRED, "eps": 1e-5},
        "instance": {"eps": 1e-5},
    },
    words={"epsilon": "eps", "momentum": "decay_rate", "groups": "groups"},
    size={},
    flags=frozenset({"create_scale", "create_offset"}),
    without_bias=frozenset({"rms"}),
    debiased=True,
)


def from_haiku(
    params: Mapping[str, Mapping[str, Any]],
    state: Mapping[str, Mapping[str, Any]],
    path: str,
    kind: str = "batch",
    settings: Mapping[str, Any] = NOTHING,
) -> Layer:
    """The layer of one haiku module, from the dictionaries of the whole network.

    The decay rate is the weight of the old value, and averages are debiased when they are read: the layer
    has `debias=True`, and its state is haiku's `hidden` and `counter`. Before its first update a haiku batch
    norm evaluates with variance 0; the layer reads 1 there.

    Args:
      params: {module's path: {"scale", "offset"}}.
      state: {module's path + "/~/mean_ema" and "/~/var_ema": {"hidden", "average", "counter"}}.
      path: of the module, as "net/~/batch_norm".
      kind: "batch", "layer", "rms", "group" or "instance".
      settings: what the module was made with where it is not haiku's default: decay_rate (which has none),
        eps, groups.

    Returns:
      Layer that does what the module does, over the last axis.

    Raises:
      TypeError: an array is not real floating.
      ValueError: no such path; an unknown kind, array or setting; one that is missing; arrays of different
        lengths.
    """
    caller, entries = "from_haiku", _entries(params, state)
    if path not in entries:
        raise ValueError(
            f"{caller}: path must be that of a module with parameters or state; got {path!r}; use one of "
            f"{', '.join(entries) or 'none'}"
        )
    return imported(HAIKU, kind, entries[path], settings, caller)


def layers_from_haiku(
    params: Mapping[str, Mapping[str, Any]],
    state: Mapping[str, Mapping[str, Any]],
    kinds: Kinds = NOTHING,
    settings: Settings = NOTHING,
) -> dict[str, Layer]:
    """The norms of a whole network, {module's path: layer}.

    Entries with moving averages are batch norms; others are told by `kinds`.

    Args:
      params, state: as for `from_haiku`.
      kinds: pattern of paths -> kind, as {"*/layer_norm*": "layer"}.
      settings: kind -> haiku's settings; batch norms need {"batch": {"decay_rate": ...}}.

    Raises:
      ValueError: a pattern that matches nothing, and as `from_haiku`.
    """
    return found_layers(HAIKU, _entries(params, state), kinds, settings, "layers_from_haiku")


def to_haiku(layer: Layer, path: str, ndim: int = 2) -> Counterpart:
    """The haiku module that does what the layer does, and its entries in the network's dictionaries.

    Averages that the layer does not debias are given a counter so high that haiku's debiasing changes
    nothing.

    Args:
      layer: of a kind that haiku has.
      path: of the module, as "net/~/batch_norm".
      ndim: axes of the inputs; haiku's batch norm keeps its arrays with as many, all but the last of
        length 1.

    Returns:
      Counterpart whose arrays are {"params": ..., "state": ...}, to be merged into the network's.

    Raises:
      ValueError: the layer does what haiku does not: an unbiased variance, or a plain average, in a layer
        that is not frozen; a bias in RMS norm.
    """
    caller = "to_haiku"
    settings = exported_settings(HAIKU, layer, caller) | _flags(layer)
    arrays = exported_arrays(HAIKU, layer, caller)
    if layer.kind != "batch":
        params = {path: arrays} if arrays else {}
        return Counterpart(HAIKU.modules[layer.kind], settings, {"params": params, "state": {}})
    shaped = {name: np.reshape(array, (1,) * (ndim - 1) + (-1,)) for name, array in arrays.items()}
    averages = read_state(layer)
    read = {MEAN: mean_of(averages), VARIANCE: averages.variance}
    state = {
        f"{path}/~/{name}": {
            "counter": arrays["counter"],
            "hidden": shaped[name],
            "average": np.reshape(np.asarray(read[name]), shaped[name].shape),
        }
        for name in (MEAN, VARIANCE)
    }
    own = {name: shaped[name] for name in ("scale", "offset") if name in shaped}
    params = {path: own} if own else {}
    return Counterpart(HAIKU.modules["batch"], settings, {"params": params, "state": state})


def _entries(
    params: Mapping[str, Mapping[str, Any]], state: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Module's path -> names -> arrays; those of a batch norm's moving averages are among them."""
    entries = {path: dict(arrays) for path, arrays in params.items()}
    for path, arrays in state.items():
        module, _, name = path.rpartition("/~/")
        if name in (MEAN, VARIANCE) and "hidden" in arrays:
            entry = entries.setdefault(module, {})
            entry[name] = plain(arrays["hidden"])
            entry["counter"] = arrays["counter"]
    return entries


def _flags(layer: Layer) -> dict[str, bool]:
    scale, bias = (values is not None for values in layer.params)
    flags = {"create_scale": scale}
    return flags if layer.kind == "rms" else {**flags, "create_offset": bias}
