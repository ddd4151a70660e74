"""equinox's layers as sides."""

import importlib
import warnings
from typing import Any

import jax
import jax.numpy as jnp

from bnact.convert import channels_first, channels_last, from_equinox_module
from tests.convert.sides import BIAS, FEATURES, SCALE, Side, permissive

equinox: Any = importlib.import_module("equinox")

CLASSES = {
    "batch": equinox.nn.BatchNorm,
    "layer": equinox.nn.LayerNorm,
    "rms": equinox.nn.RMSNorm,
    "group": equinox.nn.GroupNorm,
}
SIZES = {"batch": "input_size", "layer": "shape", "rms": "shape", "group": "channels"}


def made(kind, **settings):
    return with_arrays(kind, {SIZES[kind]: FEATURES, **settings}, {"weight": SCALE, "bias": BIAS})


def filled(counterpart, kind):
    """The side of a counterpart; instance norm is one of groups there."""
    return with_arrays("group" if kind == "instance" else kind, counterpart.settings, counterpart.arrays)


def with_arrays(kind, settings, arrays):
    named = {"axis_name": "batch"} if kind == "batch" else {}
    with permissive():
        module, state = equinox.nn.make_with_state(CLASSES[kind])(**settings, **named)
    for name in ("weight", "bias"):
        if getattr(module, name) is not None and name in arrays:
            module = equinox.tree_at(
                lambda part, name=name: getattr(part, name), module, jnp.asarray(arrays[name])
            )
    if "hidden_mean" in arrays:
        averages = (jnp.asarray(arrays["hidden_mean"]), jnp.asarray(arrays["hidden_var"]))
        state = state.set(module.batch_state_index, averages)
        state = state.set(module.batch_counter, jnp.asarray(int(arrays["batch_counter"])))
    return side(module, state, kind)


def side(module, state, kind):
    held = {"state": state}

    def batch(x, training):
        mapped = jax.vmap(
            lambda x, state: module(x, state, inference=not training),
            axis_name="batch",
            in_axes=(0, None),
            out_axes=(0, None),
        )
        y, after = mapped(channels_first(x), held["state"])
        if training:
            held["state"] = after
        return channels_last(y)

    def called(x, training):
        with permissive(), warnings.catch_warnings():
            if kind == "batch":
                return batch(x, training)
            if kind == "group":
                return channels_last(jax.vmap(module)(channels_first(x)))
            over = module
            for _ in range(x.ndim - 1):
                over = jax.vmap(over)
            return over(x)

    return Side(
        lambda x: called(x, False),
        lambda x: called(x, True),
        lambda: from_equinox_module(module, held["state"]),
        lambda: arrays_of(module, held["state"]),
    )


def arrays_of(module, state):
    named = {"weight": module.weight, "bias": module.bias}
    if getattr(module, "mode", None) == "batch":
        named["hidden_mean"], named["hidden_var"] = state.get(module.batch_state_index)
        named["batch_counter"] = state.get(module.batch_counter)
    elif hasattr(module, "mode"):
        named["hidden_mean"], named["hidden_var"] = state.get(module.ema_state_index)
    return {name: array for name, array in named.items() if array is not None}
