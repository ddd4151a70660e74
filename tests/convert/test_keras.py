"""bnact.convert.keras against keras itself."""

import dataclasses

import numpy as np
import pytest

from bnact import convert
from tests.convert.sides import (
    SCALE,
    assert_same,
    batches,
    fresh,
    hold_from,
    hold_to,
    needs,
    permissive,
    remembering,
    trained,
)

pytestmark = needs("keras")

MADE = {
    "batch": ("batch", {}),
    "batch with another momentum and epsilon": ("batch", {"momentum": 0.7, "epsilon": 1e-2}),
    "batch without scale": ("batch", {"scale": False}),
    "batch without both": ("batch", {"scale": False, "center": False}),
    "batch renormalized": ("batch", {"renorm": True}),
    "layer": ("layer", {}),
    "layer without bias": ("layer", {"center": False, "epsilon": 1e-5}),
    "rms": ("rms", {}),
    "group": ("group", {"groups": 3}),
    "groups of one": ("group", {"groups": -1}),
}
OURS = {
    "batch": remembering,
    "layer": lambda settings: fresh("layer", settings),
    "group": lambda settings: fresh("group", {**settings, "groups": 2}),
    "instance": lambda settings: fresh("instance", settings),
    "rms": lambda settings: fresh("rms", settings, (SCALE, None)),
}


def made(name):
    from tests.convert import keras_side

    kind, settings = MADE[name]
    return keras_side.made(kind, **settings)


@pytest.mark.parametrize("name", MADE)
def test_what_comes_from_keras_evaluates_and_trains_as_keras(name):
    hold_from(made(name))


@pytest.mark.parametrize("kind", OURS)
def test_what_goes_to_keras_evaluates_and_trains_as_ours(kind):
    from tests.convert import keras_side

    layer = OURS[kind]({"epsilon": 1e-4} | ({"momentum": 0.8} if kind == "batch" else {}))
    hold_to(layer, keras_side.filled(convert.to_keras(layer)))


@pytest.mark.parametrize("name", [name for name in MADE if "renorm" not in name])
def test_there_and_back(name):
    layer = trained(made(name)).layer()
    there = convert.to_keras(layer)
    assert_same(layer, convert.from_keras(there.arrays, MADE[name][0], there.settings))


@pytest.mark.parametrize("fault", [{"momentum": 0.01}, {"bessel": True}, {"epsilon": 1e-5}], ids=str)
def test_a_wrong_convention_is_caught(fault):
    side = trained(made("batch"))
    layer = side.layer()
    wrong = dataclasses.replace(layer, settings={**layer.settings, **fault})
    with pytest.raises(AssertionError, match="residual .* bound 1e-05; shape"):
        convert.assert_training_agreement(wrong, side.step, batches())


def test_a_renormalized_batch_norm_comes_frozen():
    assert trained(made("batch renormalized")).layer().frozen


def test_a_whole_model_by_its_layers_and_by_its_weights():
    from tests.convert.keras_side import keras

    inner = keras.Sequential([keras.layers.GroupNormalization(2, name="group")], name="inner")
    model = keras.Sequential(
        [
            keras.layers.Dense(6, name="dense"),
            keras.layers.BatchNormalization(name="first"),
            keras.layers.RMSNormalization(name="last"),
            inner,
        ],
        name="model",
    )
    with permissive():
        model(np.ones((2, 3), np.float32))
    by_layer = convert.layers_from_keras_model(model)
    assert {name: layer.kind for name, layer in by_layer.items()} == {
        "first": "batch",
        "last": "rms",
        "inner/group": "group",
    }
    by_weight = convert.layers_from_keras(
        {weight.path: weight for weight in model.weights},
        kinds={"*/last": "rms", "*/group": "group"},
        settings={"group": {"groups": 2}},
    )
    assert [path.rpartition("/")[2] for path in by_weight] == ["first", "last", "group"]
    for layer, other in zip(by_layer.values(), by_weight.values(), strict=True):
        assert_same(layer, other)


def test_a_depthwise_convolution():
    from jax import lax

    from tests.convert.keras_side import keras

    x = batches(1)[0]
    layer = keras.layers.DepthwiseConv2D(2, depth_multiplier=2)
    with permissive():
        theirs = layer(x)
    kernel = convert.depthwise_kernel(layer.kernel)
    y = lax.conv_general_dilated(
        x, kernel, (1, 1), "VALID", feature_group_count=6, dimension_numbers=("NHWC", "HWIO", "NHWC")
    )
    np.testing.assert_allclose(y, theirs, rtol=1e-4, atol=1e-5)


def test_what_has_no_counterpart_is_refused():
    from tests.convert import keras_side
    from tests.convert.keras_side import keras

    built = keras_side.built
    refused = {
        "layer must be one of BatchNormalization.*got keras.*Dense": keras.layers.Dense(3),
        "layer must have been built": keras.layers.BatchNormalization(),
        "axis must be one axis": built(keras.layers.LayerNormalization(axis=(1, 2))),
    }
    for message, layer in refused.items():
        with pytest.raises(ValueError, match=message):
            convert.from_keras_layer(layer)
