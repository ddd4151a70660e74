"""Norms from and to equinox: its modules, and the state object of its batch norm."""

from collections.abc import Mapping
from typing import Any

import jax

from bnact.convert.convention import NOTHING, REQUIRED, Convention, class_name
from bnact.convert.conventions import for_evaluation
from bnact.convert.counterpart import Counterpart
from bnact.convert.exported import as_groups, exported_arrays, exported_settings
from bnact.convert.found import checked_some
from bnact.convert.imported import imported, one_axis
from bnact.convert.layer import Layer
from bnact.types import PyTree

# The averages and the counter are entries of a state object; here under the words of their indices.
# Source: equinox's documentation and sources, 0.13.
EQUINOX = Convention(
    library="equinox",
    package="equinox",
    arrays={
        "scale": "weight",
        "bias": "bias",
        "mean": "hidden_mean",
        "variance": "hidden_var",
        "count": "batch_counter",
    },
    modules={"batch": "BatchNorm", "layer": "LayerNorm", "rms": "RMSNorm", "group": "GroupNorm"},
    settings={
        "batch": {"eps": 1e-5, "momentum": 0.99},
        "layer": {"eps": 1e-5},
        "rms": {"eps": 1e-5},
        "group": {"groups": REQUIRED, "eps": 1e-5},
    },
    words={"epsilon": "eps", "momentum": "momentum", "groups": "groups"},
    size={"batch": "input_size", "layer": "shape", "rms": "shape", "group": "channels"},
    flags=frozenset({"channelwise_affine", "use_weight", "use_bias", "mode"}),
    debiased=True,
)


def from_equinox(
    arrays: Mapping[str, Any], kind: str = "batch", settings: Mapping[str, Any] = NOTHING
) -> Layer:
    """The layer of an equinox module, from its arrays.

    Momentum is the weight of the old value and the running variance biased. In mode "batch" averages are
    debiased when they are read, so the layer has `debias=True`. In mode "ema" training standardizes by the
    running averages, which no other library does: the layer is frozen. Mode "batch" alone has a counter, by
    which the two are told apart. An equinox norm sees one example, channels first, and is mapped over the
    batch; see `channels_last`.

    Args:
      arrays: weight and bias; of a BatchNorm hidden_mean, hidden_var and batch_counter, which stand in its
        state under `batch_state_index` and `batch_counter`.
      kind: "batch", "layer", "rms" or "group".
      settings: what the module was made with where it is not equinox's default: eps, momentum, groups.

    Returns:
      Layer that does what the module does over a batch, features last.

    Raises:
      TypeError: an array is not real floating.
      ValueError: an unknown kind, array or setting; one that is missing; arrays of different lengths.
    """
    return _from_arrays(arrays, kind, settings, "from_equinox")


def from_equinox_module(module: Any, state: Any = None) -> Layer:
    """The layer of an equinox module, its settings included.

    Args:
      module: an equinox BatchNorm, LayerNorm, RMSNorm or GroupNorm.
      state: the `State` object with the averages of a BatchNorm.

    Returns:
      Layer that does what the module does, as `from_equinox` has it.

    Raises:
      ValueError: another class, a norm over several axes, a BatchNorm without a state, or one in mode "ema"
        that no batch has reached.
    """
    caller = "from_equinox_module"
    kind = EQUINOX.kind_of(module)
    if kind is None:
        raise ValueError(
            f"{caller}: module must be one of {', '.join(EQUINOX.modules.values())}; got "
            f"{class_name(module)}; use layers_from_equinox_module for a module that holds such ones"
        )
    one_axis(caller, "shape", getattr(module, "shape", (1,)))
    arrays = {"weight": module.weight, "bias": module.bias}
    if kind == "batch":
        arrays |= _averages(module, state, caller)
    return _from_arrays(arrays, kind, EQUINOX.settings_of(kind, module), caller)


def layers_from_equinox_module(model: PyTree, state: Any = None) -> dict[str, Layer]:
    """Every equinox norm inside a model, {path as jax writes it: layer}; their settings are read off.

    Args:
      model: any tree of modules.
      state: the model's `State` object, where it has batch norms.

    Raises:
      ValueError: there is none, and as `from_equinox_module`.
    """
    found, _ = jax.tree_util.tree_flatten_with_path(model, is_leaf=_is_norm)
    norms = [(jax.tree_util.keystr(path), part) for path, part in found if _is_norm(part)]
    layers = {path: from_equinox_module(part, state) for path, part in norms}
    return checked_some(EQUINOX, layers, "layers_from_equinox_module")


def to_equinox(layer: Layer) -> Counterpart:
    """The equinox module that does what the layer does, and its arrays.

        module, state = eqx.nn.make_with_state(eqx.nn.BatchNorm)(**counterpart.settings, axis_name="batch")

    Then weight and bias are set by `eqx.tree_at`, and the averages by

        state = state.set(module.batch_state_index, (hidden_mean, hidden_var))
        state = state.set(module.batch_counter, jnp.asarray(int(batch_counter)))

    Batch norm is made in mode "batch", and averages that the layer does not debias are given a counter so
    high that equinox's debiasing changes nothing. Instance norm is group norm with groups of one feature.

    Args:
      layer: batch, layer, rms, group or instance norm.

    Returns:
      Counterpart with weight and bias and, for batch norm, hidden_mean, hidden_var and batch_counter.

    Raises:
      ValueError: the layer does what equinox does not: an unbiased variance or a plain average in a layer
        that is not frozen; averages that are debiased before any update; a scale without a bias in batch or
        group norm, or a bias without a scale.
    """
    caller = "to_equinox"
    layer = as_groups(layer, caller)
    settings = exported_settings(EQUINOX, layer, caller) | _flags(layer)
    arrays = exported_arrays(EQUINOX, layer, caller)
    if layer.kind == "batch":
        settings["mode"] = "batch"
        if int(arrays["batch_counter"]) == 0 and not arrays["hidden_var"].all():
            raise ValueError(
                f"{caller}: equinox reads averages as they are before the first update, a variance of 0 "
                f"here; got debias=True after 0 updates; train a step first, or start afresh there"
            )
    return Counterpart(EQUINOX.modules[layer.kind], settings, arrays)


def _from_arrays(arrays: Mapping[str, Any], kind: str, settings: Mapping[str, Any], caller: str) -> Layer:
    if kind != "batch" or arrays.get("batch_counter") is not None:
        return imported(EQUINOX, kind, arrays, settings, caller)
    plain_averages = EQUINOX._replace(debiased=False)
    return for_evaluation(imported(plain_averages, kind, arrays, settings, caller))


def _averages(module: Any, state: Any, caller: str) -> dict[str, Any]:
    if state is None:
        raise ValueError(
            f"{caller}: state must be the State object that holds the averages of a BatchNorm; got None; use "
            f"the second result of eqx.nn.make_with_state, as training left it"
        )
    if module.mode == "batch":
        mean, variance = state.get(module.batch_state_index)
        return {"hidden_mean": mean, "hidden_var": variance, "batch_counter": state.get(module.batch_counter)}
    if bool(state.get(module.ema_first_time_index)):
        raise ValueError(
            f"{caller}: a BatchNorm in mode 'ema' has no averages before its first batch; got a state that "
            f"no batch has reached; train a step first"
        )
    mean, variance = state.get(module.ema_state_index)
    return {"hidden_mean": mean, "hidden_var": variance}


def _flags(layer: Layer) -> dict[str, bool]:
    scale, bias = (values is not None for values in layer.params)
    if layer.kind in ("layer", "rms"):
        return {"use_weight": scale, "use_bias": bias}
    if scale != bias:
        raise ValueError(
            f"to_equinox: {EQUINOX.modules[layer.kind]} has weight and bias, or neither; got scale "
            f"{'given' if scale else None} and bias {'given' if bias else None}; use a layer with the other "
            f"one too, which equinox will learn"
        )
    return {"channelwise_affine": scale}


def _is_norm(part: Any) -> bool:
    return EQUINOX.kind_of(part) is not None
