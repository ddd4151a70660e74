"""From the arrays and settings of a library, under its convention, to a layer."""

from collections.abc import Mapping
from typing import Any

import jax.numpy as jnp

from bnact.convert.arrays import feature_vector, update_count
from bnact.convert.convention import REQUIRED, Convention
from bnact.convert.layer import Layer
from bnact.normalizations import Affine, BatchNormState


def imported(
    convention: Convention, kind: str, arrays: Mapping[str, Any], settings: Mapping[str, Any], caller: str
) -> Layer:
    """The layer that a library's arrays and settings make.

    Args:
      convention: of the library.
      kind: of norm.
      arrays: the library's names -> arrays, all of one layer.
      settings: arguments of the library's class; what is missing has the library's default.
      caller: for error messages.

    Returns:
      Layer with the same numbers, and with settings in bnact's terms.

    Raises:
      TypeError: an array is not real floating.
      ValueError: an unknown kind, array or setting; one that is missing; arrays of different lengths.
    """
    checked_kind(convention, kind, caller)
    values = _checked_settings(convention, kind, settings, caller)
    found = _checked_arrays(convention, kind, arrays, caller)
    ours = {ours: values[word] for ours, word in convention.words.items() if word in values}
    params = Affine(found.get("scale"), found.get("bias"))
    if kind != "batch":
        return Layer(kind, ours, params)
    momentum = convention.momentum(ours["momentum"])
    ours |= {"momentum": momentum, "bessel": convention.unbiased, "debias": convention.debiased}
    return Layer(kind, ours, params, _state(convention, found, momentum, caller))


def checked_kind(convention: Convention, kind: str, caller: str) -> None:
    """Nothing, or a ValueError unless the library has such a norm."""
    if kind not in convention.settings:
        known = ", ".join(map(repr, convention.settings))
        raise ValueError(
            f"{caller}: kind must be one that {convention.library} has, {known}; got {kind!r}; use one of "
            f"them"
        )


def one_axis(caller: str, word: str, axis: Any) -> None:
    """Nothing, or a ValueError unless the axis is a single one, whose features we have last."""
    if isinstance(axis, list | tuple) and len(axis) != 1:
        raise ValueError(
            f"{caller}: {word} must be one axis, that of the features; got {word}={axis}; a norm over "
            f"several axes has no counterpart unless they are reshaped into one"
        )


def _checked_settings(
    convention: Convention, kind: str, settings: Mapping[str, Any], caller: str
) -> dict[str, Any]:
    known = convention.settings[kind]
    skipped = {*convention.flags, *convention.size.values()} - {*known}
    for word in settings:
        if word not in known and word not in skipped:
            raise ValueError(
                f"{caller}: settings of {convention.library}'s {kind} norm are {', '.join(known)}; got "
                f"{word!r}; leave it out if it changes nothing that is computed"
            )
    values = {**known, **{word: value for word, value in settings.items() if word in known}}
    for word, value in values.items():
        if value is REQUIRED:
            raise ValueError(
                f"{caller}: {word} must be given, as {convention.library} has no default for it; got "
                f"settings {dict(settings)}; use settings={{{word!r}: ...}} with the value the layer was "
                f"made with"
            )
    return values


def _checked_arrays(
    convention: Convention, kind: str, arrays: Mapping[str, Any], caller: str
) -> dict[str, Any]:
    """Our name -> array, of those that are there."""
    ours = {theirs: ours for ours, theirs in convention.arrays.items()}
    allowed = {word: our for word, our in ours.items() if kind == "batch" or our in ("scale", "bias")}
    for name in arrays:
        if name not in allowed:
            raise ValueError(
                f"{caller}: arrays of {convention.library}'s {kind} norm are {', '.join(allowed)}; got "
                f"{name!r}; pass those of this layer alone, or another kind"
            )
    found = {}
    for name, value in arrays.items():
        if value is not None:
            take = update_count if ours[name] == "count" else feature_vector
            found[ours[name]] = take(caller, name, value)
    lengths = {convention.arrays[our]: array.shape[0] for our, array in found.items() if our != "count"}
    if len({*lengths.values()}) > 1:
        raise ValueError(
            f"{caller}: all arrays of a layer must have its number of features; got {lengths}; pass those of "
            f"one layer"
        )
    return found


def _state(
    convention: Convention, found: Mapping[str, Any], momentum: float | None, caller: str
) -> BatchNormState:
    needed = ["mean", "variance"]
    if convention.debiased or momentum is None:
        needed.append("count")
    for name in needed:
        if name not in found:
            raise ValueError(
                f"{caller}: {convention.arrays[name]} must be among the arrays of a batch norm; got "
                f"{', '.join(convention.arrays[our] for our in found) or 'none'}; a batch norm that keeps no "
                f"averages has no evaluation to convert: use bnact.normalizations.batch_norm with train=True"
            )
    count = found.get("count", jnp.zeros((), jnp.int32))
    return BatchNormState(found["mean"], found["variance"], count)
