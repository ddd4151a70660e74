"""haiku's layers as sides."""

import importlib
from typing import Any

import jax
import jax.numpy as jnp

from bnact.convert import from_haiku
from tests.convert.sides import BIAS, FEATURES, POSITIONS, SCALE, Side, permissive

haiku: Any = importlib.import_module("haiku")

CLASSES = {
    "batch": haiku.BatchNorm,
    "layer": haiku.LayerNorm,
    "rms": haiku.RMSNorm,
    "group": haiku.GroupNorm,
    "instance": haiku.InstanceNorm,
}
# Where haiku asks for an axis, and we always mean the last.
AXES = {"layer": {"axis": -1}, "rms": {"axis": -1}}
PATH = "net/~/norm"
NEW = {"scale": SCALE, "offset": BIAS}


def transformed(kind, settings):
    class Net(haiku.Module):
        def __init__(self):
            super().__init__(name="net")
            self.norm = CLASSES[kind](**settings, **AXES.get(kind, {}), name="norm")

        def __call__(self, x, training):
            return self.norm(x, training) if kind == "batch" else self.norm(x)

    return haiku.transform_with_state(lambda x, training: Net()(x, training))


def made(kind, **settings):
    network = transformed(kind, settings)
    with permissive():
        params, state = network.init(None, jnp.zeros((2, *POSITIONS, FEATURES)), True)
    params = {
        path: {name: jnp.reshape(NEW[name], old.shape) for name, old in arrays.items()}
        for path, arrays in params.items()
    }
    return side(network, params, state, kind, settings)


def filled(counterpart, kind):
    """The side of a counterpart."""
    network = transformed(kind, counterpart.settings)
    arrays = jax.tree.map(jnp.asarray, counterpart.arrays)
    return side(network, arrays["params"], arrays["state"], kind, counterpart.settings)


def side(network, params, state, kind, settings):
    held = {"state": state}

    def called(x, training):
        with permissive():
            y, held["state"] = network.apply(params, held["state"], None, x, training)
        return y

    def layer():
        return from_haiku(params, held["state"], PATH, kind, settings)

    return Side(
        lambda x: called(x, False),
        lambda x: called(x, True),
        layer,
        lambda: {"params": params, "state": held["state"]},
    )
