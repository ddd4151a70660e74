"""torch's layers as sides."""

import importlib
from typing import Any

import numpy as np

from bnact.convert import channels_first, channels_last, from_torch_module
from tests.convert.sides import BIAS, FEATURES, SCALE, Side

torch: Any = importlib.import_module("torch")

CLASSES = {
    "batch": torch.nn.BatchNorm2d,
    "layer": torch.nn.LayerNorm,
    "rms": torch.nn.RMSNorm,
    "group": torch.nn.GroupNorm,
    "instance": torch.nn.InstanceNorm2d,
}
SIZES = {"layer": "normalized_shape", "rms": "normalized_shape", "group": "num_channels"}


def made(kind, **settings):
    module = CLASSES[kind](**{SIZES.get(kind, "num_features"): FEATURES}, **settings)
    with torch.no_grad():
        for name, values in (("weight", SCALE), ("bias", BIAS)):
            if getattr(module, name, None) is not None:
                getattr(module, name).copy_(torch.tensor(values))
    return side(module, kind)


def filled(counterpart, kind):
    """The side of a counterpart."""
    module = CLASSES[kind](**counterpart.settings)
    module.load_state_dict({name: torch.tensor(array) for name, array in counterpart.arrays.items()})
    return side(module, kind)


def side(module, kind):
    def called(x, training):
        module.train(training)
        if kind in ("layer", "rms"):
            return module(torch.tensor(np.asarray(x)))
        return channels_last(module(torch.tensor(np.asarray(channels_first(x)))))

    def layer():
        return from_torch_module(module)

    return Side(lambda x: called(x, False), lambda x: called(x, True), layer, module.state_dict)
