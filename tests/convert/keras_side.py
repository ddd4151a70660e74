"""keras' layers as sides."""

import importlib
import os
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "jax")

import numpy as np

from bnact.convert import from_keras_layer
from tests.convert.sides import BIAS, FEATURES, POSITIONS, SCALE, Side, permissive

keras: Any = importlib.import_module("keras")

CLASSES = {
    "batch": keras.layers.BatchNormalization,
    "layer": keras.layers.LayerNormalization,
    "rms": keras.layers.RMSNormalization,
    "group": keras.layers.GroupNormalization,
}
NEW = {"gamma": SCALE, "scale": SCALE, "beta": BIAS}


def made(kind, **settings):
    layer = built(CLASSES[kind](**settings))
    for weight in layer.weights:
        if weight.name in NEW:
            weight.assign(NEW[weight.name])
    return side(layer)


def filled(counterpart):
    """The side of a counterpart."""
    layer = built(getattr(keras.layers, counterpart.module)(**counterpart.settings))
    layer.set_weights(list(counterpart.arrays.values()))
    return side(layer)


def built(layer):
    with permissive():
        layer.build((None, *POSITIONS, FEATURES))
    return layer


def side(layer):
    def called(x, training):
        with permissive():
            remembers = hasattr(layer, "moving_mean")
            return np.asarray(layer(x, training=training) if remembers else layer(x))

    def arrays():
        return {weight.name: np.asarray(weight) for weight in layer.weights}

    return Side(
        lambda x: called(x, False), lambda x: called(x, True), lambda: from_keras_layer(layer), arrays
    )
