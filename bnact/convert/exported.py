"""From a layer to the arrays and settings of a library, under its convention."""

from typing import Any

import numpy as np

from bnact.convert.convention import Convention, settled_count
from bnact.convert.conventions import for_evaluation
from bnact.convert.imported import checked_kind
from bnact.convert.layer import Layer, mean_of, read_state
from bnact.normalizations.groups import number_of_groups

_KNOWN = frozenset(
    {"epsilon", "momentum", "bessel", "debias", "groups", "group_size", "use_scale", "use_bias"}
)
_FREE = {"momentum": 0.99, "bessel": False, "debias": False}
_LARGEST_COUNT = 2**31 - 1


def exported_settings(convention: Convention, layer: Layer, caller: str) -> dict[str, Any]:
    """The arguments of the library's class that make it compute what the layer does.

    Args:
      convention: of the library.
      layer: to be described.
      caller: for error messages.

    Returns:
      The library's words -> values, in its meaning.

    Raises:
      ValueError: the layer does what the library's does not.
    """
    layer = for_evaluation(layer) if layer.frozen else layer
    checked_kind(convention, layer.kind, caller)
    _check_known(convention, layer, caller)
    norm_settings = dict(layer.settings)
    if "epsilon" not in norm_settings:
        raise ValueError(
            f"{caller}: epsilon must be among the layer's settings, as libraries have different defaults; "
            f"got {norm_settings}; use settings={{'epsilon': ...}}"
        )
    if layer.kind == "group":
        norm_settings["groups"] = _groups(layer, caller)
        norm_settings.pop("group_size", None)
    if layer.kind == "batch":
        _check_training(convention, layer, caller)
        norm_settings["momentum"] = convention.momentum(norm_settings.get("momentum", _FREE["momentum"]))
    words = {our: word for our, word in convention.words.items() if word in convention.settings[layer.kind]}
    settings = {word: norm_settings[our] for our, word in words.items() if our in norm_settings}
    size = convention.size.get(layer.kind)
    return settings if size is None or layer.features is None else {size: layer.features, **settings}


def exported_arrays(convention: Convention, layer: Layer, caller: str) -> dict[str, np.ndarray]:
    """The layer's arrays under the library's names, with what it keeps of running averages.

    Args:
      convention: of the library.
      layer: to be described.
      caller: for error messages.

    Returns:
      The library's names -> arrays (features,) and, where it keeps one, a count ().

    Raises:
      ValueError: there is a bias where the library has none, or averages that it would read otherwise.
    """
    if layer.params.bias is not None and layer.kind in convention.without_bias:
        raise ValueError(
            f"{caller}: {convention.library}'s {layer.kind} norm has no bias; got a bias of shape "
            f"{layer.params.bias.shape}; where it is 0 and need not be learned, use a layer with "
            f"params._replace(bias=None)"
        )
    layer = for_evaluation(layer) if layer.frozen else layer
    ours = layer.params._asdict()
    if layer.kind == "batch":
        ours |= _averages(convention, layer, caller)
    return {convention.arrays[our]: np.asarray(value) for our, value in ours.items() if value is not None}


def as_groups(layer: Layer, caller: str) -> Layer:
    """An instance norm as the group norm that it is, one feature a group; others as they are.

    Args:
      layer: of any kind.
      caller: for error messages.

    Raises:
      ValueError: nothing tells an instance norm's number of features.
    """
    if layer.kind != "instance":
        return layer
    if layer.features is None:
        raise ValueError(
            f"{caller}: an instance norm needs its number of features here, as one of groups; got neither "
            f"scale nor bias; use a layer with params.scale=ones"
        )
    return Layer("group", {**layer.settings, "groups": layer.features}, layer.params)


def _averages(convention: Convention, layer: Layer, caller: str) -> dict[str, Any]:
    momentum, count = layer.settings.get("momentum", _FREE["momentum"]), int(layer.state.count)
    debias = layer.settings.get("debias", _FREE["debias"])
    state = layer.state if debias and convention.debiased else read_state(layer)
    if debias != convention.debiased:
        # Where the start has no weight left, an average is the same debiased or not.
        settled = settled_count(momentum)
        if convention.debiased and settled > _LARGEST_COUNT:
            raise ValueError(
                f"{caller}: {convention.library} divides its averages by 1 - momentum^count, which no count "
                f"brings to 1 for momentum={momentum}; use a momentum below 1"
            )
        if not convention.debiased and count < settled:
            raise ValueError(
                f"{caller}: {convention.library} does not debias its averages; got debias=True after {count} "
                f"updates, of which {settled} are needed until that makes no difference; use "
                f"for_evaluation(layer)"
            )
        count = max(count, settled)
    kept = {"mean": mean_of(state), "variance": state.variance}
    return kept | ({"count": np.int32(count)} if "count" in convention.arrays else {})


def _groups(layer: Layer, caller: str) -> int:
    size, groups = layer.settings.get("group_size"), layer.settings.get("groups")
    if size is not None:
        return number_of_groups(caller, _known_features(layer, caller), groups, size)
    return 32 if groups is None else groups


def _known_features(layer: Layer, caller: str) -> int:
    if layer.features is None:
        raise ValueError(
            f"{caller}: group_size needs the number of features; got neither scale nor bias; use groups"
        )
    return layer.features


def _check_known(convention: Convention, layer: Layer, caller: str) -> None:
    for setting in layer.settings:
        if setting not in _KNOWN:
            raise ValueError(
                f"{caller}: {setting} has no counterpart in {convention.library}; got {setting}="
                f"{layer.settings[setting]!r}; leave it out of the layer's settings, or keep this layer"
            )


def _check_training(convention: Convention, layer: Layer, caller: str) -> None:
    """Nothing, or a ValueError where the library's averages would go on otherwise than the layer's."""
    if layer.frozen:
        return
    bessel = layer.settings.get("bessel", _FREE["bessel"])
    if bessel != convention.unbiased:
        which = {True: "unbiased", False: "biased"}
        raise ValueError(
            f"{caller}: {convention.library} averages the {which[convention.unbiased]} variance; got "
            f"bessel={bessel}, the {which[bessel]}; use with_bessel(layer, {convention.unbiased}, "
            f"batch_size) to train on, or for_evaluation(layer)"
        )
    if layer.settings.get("momentum", _FREE["momentum"]) is None and not convention.cumulative:
        raise ValueError(
            f"{caller}: {convention.library} has no plain average over all updates; got momentum=None; use a "
            f"layer with momentum=0.99 to train on, or for_evaluation(layer)"
        )
