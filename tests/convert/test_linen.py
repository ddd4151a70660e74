"""bnact.convert.linen against linen itself."""

import dataclasses
from typing import cast

import flax.linen
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact import convert
from bnact.convert import channels_first
from tests.convert import flax_sides
from tests.convert.sides import SCALE, assert_same, batches, fresh, hold_from, hold_to, remembering, trained

# Its fast variance is the difference of two squares, and wrong where the mean is far from 0: not what is
# compared here.
EXACT = {"use_fast_variance": False}
MADE = {
    "batch": ("batch", {}),
    "batch with another momentum and epsilon": ("batch", {"momentum": 0.7, "epsilon": 1e-2}),
    "batch without scale and bias": ("batch", {"use_scale": False, "use_bias": False}),
    "layer": ("layer", {}),
    "layer without bias": ("layer", {"use_bias": False, "epsilon": 1e-3}),
    "rms": ("rms", {}),
    "group": ("group", {"num_groups": 3}),
    "group by size": ("group", {"num_groups": None, "group_size": 3}),
    "instance": ("instance", {}),
}
OURS = {
    "batch": remembering,
    "layer": lambda settings: fresh("layer", settings),
    "group": lambda settings: fresh("group", {**settings, "group_size": 2}),
    "instance": lambda settings: fresh("instance", settings),
    "rms": lambda settings: fresh("rms", settings, (SCALE, None)),
}


def made(name):
    kind, settings = MADE[name]
    return flax_sides.made_linen(kind, **settings, **EXACT)


@pytest.mark.parametrize("name", MADE)
def test_what_comes_from_linen_evaluates_and_trains_as_linen(name):
    hold_from(made(name))


@pytest.mark.parametrize("kind", OURS)
def test_what_goes_to_linen_evaluates_and_trains_as_ours(kind):
    layer = OURS[kind]({"epsilon": 1e-4} | ({"momentum": 0.8} if kind == "batch" else {}))
    counterpart = convert.to_linen(layer)
    counterpart = counterpart._replace(settings={**counterpart.settings, **EXACT})
    hold_to(layer, flax_sides.filled_linen(counterpart, kind))


@pytest.mark.parametrize("name", [name for name in MADE if "by size" not in name])
def test_there_and_back(name):
    layer = trained(made(name)).layer()
    there = convert.to_linen(layer)
    back = convert.from_linen(there.arrays, MADE[name][0], there.settings)
    assert_same(layer, back)


WRONG = {
    "momentum swapped": {"momentum": 0.01},
    "an unbiased variance": {"bessel": True},
    "another epsilon": {"epsilon": 1e-3},
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_convention_is_caught(fault):
    side = trained(made("batch"))
    layer = side.layer()
    wrong = dataclasses.replace(layer, settings={**layer.settings, **WRONG[fault]})
    with pytest.raises(AssertionError, match="residual .* bound 1e-05; shape"):
        convert.assert_training_agreement(wrong, side.step, batches())


@pytest.mark.parametrize("module", [flax.linen.BatchNorm(axis=1), flax.linen.InstanceNorm(feature_axes=1)])
def test_features_that_stand_on_another_axis_are_taken_last(module):
    x, batch = channels_first(batches(1)[0]), isinstance(module, flax.linen.BatchNorm)
    variables = module.init(jax.random.key(0), x, **({"use_running_average": True} if batch else {}))
    layer = convert.from_linen_module(module, variables)
    ours, _ = layer.normalization.apply(layer.params, layer.state, jnp.moveaxis(x, 1, -1), train=False)
    theirs = module.apply(variables, x, **({"use_running_average": True} if batch else {}))
    np.testing.assert_allclose(ours, jnp.moveaxis(theirs, 1, -1), rtol=1e-5, atol=1e-5)


class Network(flax.linen.Module):
    @flax.linen.compact
    def __call__(self, x):
        x = flax.linen.Dense(6)(x)
        x = flax.linen.BatchNorm(use_running_average=True, name="first")(x)
        return flax.linen.RMSNorm()(flax.linen.LayerNorm()(x))


def test_a_whole_network():
    variables = Network().init(jax.random.key(0), jnp.zeros((2, 3)))
    layers = convert.layers_from_linen(variables, kinds={"LayerNorm_*": "layer", "RMSNorm_*": "rms"})
    assert {path: layer.kind for path, layer in layers.items()} == {
        "first": "batch",
        "LayerNorm_0": "layer",
        "RMSNorm_0": "rms",
    }
    assert layers["LayerNorm_0"].settings == {"epsilon": 1e-6}


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (flax.linen.Dense(3), "module must be one of BatchNorm.*got flax.linen.*Dense"),
        (flax.linen.BatchNorm(axis=cast("int", (1, 2))), r"axis must be one axis.*got axis=\(1, 2\)"),
        (
            flax.linen.LayerNorm(reduction_axes=(1, 2)),
            r"reduction_axes must be -1; got reduction_axes=\(1, 2\)",
        ),
        (flax.linen.GroupNorm(reduction_axes=(1, -1)), "reduction_axes must be None"),
        (flax.linen.LayerNorm(feature_axes=1), "feature_axes must be -1, .*; got feature_axes=1; a scale"),
        (flax.linen.RMSNorm(feature_axes=(1,)), r"feature_axes must be -1, .*; got feature_axes=\(1,\)"),
        (flax.linen.LayerNorm(feature_axes=(1, -1)), r"feature_axes must be one axis"),
    ],
)
def test_another_module_is_refused(module, message):
    with pytest.raises(ValueError, match=message):
        convert.from_linen_module(module, {})
