"""Norms from and to keras 3: its layers, or the arrays of their weights."""

from collections.abc import Mapping
from typing import Any

from bnact.convert.arrays import plain
from bnact.convert.convention import NOTHING, Convention, class_name
from bnact.convert.conventions import for_evaluation
from bnact.convert.counterpart import Counterpart
from bnact.convert.exported import as_groups, exported_arrays, exported_settings
from bnact.convert.found import Kinds, Settings, checked_some, entries_of, found_layers
from bnact.convert.imported import imported, one_axis
from bnact.convert.layer import Layer

# Source: keras' documentation and sources, 3.15.
KERAS = Convention(
    library="keras",
    package="keras",
    arrays={"scale": "gamma", "bias": "beta", "mean": "moving_mean", "variance": "moving_variance"},
    modules={
        "batch": "BatchNormalization",
        "layer": "LayerNormalization",
        "rms": "RMSNormalization",
        "group": "GroupNormalization",
    },
    settings={
        "batch": {"epsilon": 1e-3, "momentum": 0.99},
        "layer": {"epsilon": 1e-3},
        "rms": {"epsilon": 1e-6},
        "group": {"groups": 32, "epsilon": 1e-3},
    },
    words={"epsilon": "epsilon", "momentum": "momentum", "groups": "groups"},
    size={},
    flags=frozenset({"center", "scale", "axis"}),
    without_bias=frozenset({"rms"}),
)
# In this layer the scale has another name.
RMS_SCALE = "scale"


def from_keras(
    arrays: Mapping[str, Any], kind: str = "batch", settings: Mapping[str, Any] = NOTHING
) -> Layer:
    """The layer of a keras layer, from its arrays.

    Momentum is the weight of the old value and the running variance biased, as in bnact; epsilon is 1e-3
    unless told. The features are on the axis `axis` there, the last by default: see `channels_last`.

    Args:
      arrays: `{weight.name: weight for weight in layer.weights}`: gamma, beta, moving_mean,
        moving_variance; of RMSNormalization, scale.
      kind: "batch", "layer", "rms" or "group".
      settings: what the layer was made with where it is not keras' default: epsilon, momentum, groups.

    Returns:
      Layer that does what the keras layer does.

    Raises:
      TypeError: an array is not real floating.
      ValueError: an unknown kind, array or setting; one that is missing; arrays of different lengths.
    """
    return _from_arrays(arrays, kind, settings, "from_keras")


def from_keras_layer(layer: Any) -> Layer:
    """The layer of a keras layer that has been built, its settings included.

    A BatchNormalization with renorm=True keeps averages of its own for training: only its evaluation has a
    counterpart, and the result is frozen.

    Args:
      layer: a keras BatchNormalization, LayerNormalization, RMSNormalization or GroupNormalization.

    Returns:
      Layer that does what the keras layer does.

    Raises:
      ValueError: another class, one that is not built, a norm over several axes, or rms_scaling=True.
    """
    caller, kind = "from_keras_layer", KERAS.kind_of(layer)
    if kind is None:
        raise ValueError(
            f"{caller}: layer must be one of {', '.join(KERAS.modules.values())}; got "
            f"{class_name(layer)}; convert its arrays by from_keras, with a kind"
        )
    config = layer.get_config()
    if not layer.built:
        raise ValueError(
            f"{caller}: layer must have been built, as it has no arrays before; got {config['name']!r}; call "
            f"it on an input first"
        )
    one_axis(caller, "axis", config["axis"])
    if config.get("rms_scaling", False):
        raise ValueError(
            f"{caller}: rms_scaling divides by the deviation without taking the mean off, which has no "
            f"counterpart; got rms_scaling=True; use keras.layers.RMSNormalization"
        )
    arrays = {weight.name: plain(weight) for weight in layer.weights}
    settings = {word: config[word] for word in KERAS.settings[kind]}
    renorm = kind == "batch" and config["renorm"]
    if renorm:
        arrays = {name: arrays[name] for name in KERAS.arrays.values() if name in arrays}
    converted = _from_arrays(arrays, kind, settings, caller)
    return for_evaluation(converted) if renorm else converted


def layers_from_keras_model(model: Any) -> dict[str, Layer]:
    """Every keras norm inside a model, {names with slashes: layer}; their settings are read off.

    Args:
      model: any keras model; its `layers`, and theirs, are looked through.

    Raises:
      ValueError: there is none, and as `from_keras_layer`.
    """
    return checked_some(KERAS, _layers_of(model), "layers_from_keras_model")


def layers_from_keras(
    arrays: Mapping[str, Any], kinds: Kinds = NOTHING, settings: Settings = NOTHING
) -> dict[str, Layer]:
    """The norms of a whole model's weights, {path with slashes: layer}.

    Entries with moving averages are batch norms; others are told by `kinds`.

    Args:
      arrays: `{weight.path: weight for weight in model.weights}`.
      kinds: pattern of paths -> kind, as {"*/layer_normalization*": "layer"}.
      settings: kind -> keras' settings; all layers of a kind share them.

    Raises:
      ValueError: a pattern that matches nothing, and as `from_keras`.
    """
    entries = {path: _gamma(entry) for path, entry in entries_of(arrays, "/").items()}
    return found_layers(KERAS, entries, kinds, settings, "layers_from_keras")


def to_keras(layer: Layer) -> Counterpart:
    """The keras layer that does what the layer does.

        made = getattr(keras.layers, counterpart.module)(**counterpart.settings)
        made.build(x.shape)
        made.set_weights(list(counterpart.arrays.values()))

    Instance norm is group norm with groups of one feature.

    Args:
      layer: batch, layer, rms, group or instance norm.

    Returns:
      Counterpart whose arrays stand in the order of `get_weights()`.

    Raises:
      ValueError: the layer does what keras does not: unbiased, debiased or plain averages in a layer that is
        not frozen; an RMS norm with a bias, or without a scale.
    """
    caller = "to_keras"
    layer = as_groups(layer, caller)
    settings = exported_settings(KERAS, layer, caller)
    arrays = exported_arrays(KERAS, layer, caller)
    if layer.kind != "rms":
        scale, bias = (values is not None for values in layer.params)
        return Counterpart(KERAS.modules[layer.kind], {**settings, "scale": scale, "center": bias}, arrays)
    if not arrays:
        raise ValueError(
            f"{caller}: RMSNormalization always has a scale; got scale=None; use a layer with "
            f"params.scale=ones, which keras will learn"
        )
    return Counterpart(KERAS.modules["rms"], settings, {RMS_SCALE: arrays["gamma"]})


def _layers_of(model: Any) -> dict[str, Layer]:
    layers = {}
    for part in model.layers:
        if hasattr(part, "layers"):
            layers |= {f"{part.name}/{name}": layer for name, layer in _layers_of(part).items()}
        elif KERAS.kind_of(part) is not None:
            layers[part.name] = from_keras_layer(part)
    return layers


def _from_arrays(arrays: Mapping[str, Any], kind: str, settings: Mapping[str, Any], caller: str) -> Layer:
    arrays = _gamma(arrays) if kind == "rms" else arrays
    if kind == "group" and settings.get("groups") == -1:
        settings = {**settings, "groups": len(plain(arrays["gamma" if "gamma" in arrays else "beta"]))}
    return imported(KERAS, kind, arrays, settings, caller)


def _gamma(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """The arrays with an RMS norm's scale under the name that scales have in the other layers."""
    return {KERAS.arrays["scale"] if name == RMS_SCALE else name: array for name, array in arrays.items()}
