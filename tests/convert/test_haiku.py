"""bnact.convert.haiku against haiku itself."""

import dataclasses

import jax
import jax.numpy as jnp
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

pytestmark = needs("haiku")

BOTH = {"create_scale": True, "create_offset": True}
MADE = {
    "batch": ("batch", {"decay_rate": 0.99, **BOTH}),
    "batch with another decay and epsilon": ("batch", {"decay_rate": 0.5, "eps": 1e-2, **BOTH}),
    "batch without scale": ("batch", {"decay_rate": 0.9, "create_scale": False, "create_offset": True}),
    "batch without both": ("batch", {"decay_rate": 0.9, "create_scale": False, "create_offset": False}),
    "layer": ("layer", BOTH),
    "rms": ("rms", {}),
    "group": ("group", {"groups": 3}),
    "instance": ("instance", BOTH),
}
OURS = {
    "batch": remembering,
    "layer": lambda settings: fresh("layer", settings),
    "group": lambda settings: fresh("group", {**settings, "groups": 2}),
    "instance": lambda settings: fresh("instance", settings),
    "rms": lambda settings: fresh("rms", settings, (SCALE, None)),
}


def made(name):
    from tests.convert import haiku_side

    kind, settings = MADE[name]
    return haiku_side.made(kind, **settings)


@pytest.mark.parametrize("name", MADE)
def test_what_comes_from_haiku_evaluates_and_trains_as_haiku(name):
    hold_from(made(name))


@pytest.mark.parametrize("kind", OURS)
@pytest.mark.parametrize("debias", [True, False])
def test_what_goes_to_haiku_evaluates_and_trains_as_ours(kind, debias):
    from tests.convert import haiku_side

    settings = {"momentum": 0.8, "debias": debias} if kind == "batch" else {}
    layer = OURS[kind]({"epsilon": 1e-4, **settings})
    hold_to(layer, haiku_side.filled(convert.to_haiku(layer, haiku_side.PATH, ndim=4), kind))


@pytest.mark.parametrize("name", [name for name in MADE if "both" not in name])
def test_there_and_back(name):
    layer, kind = trained(made(name)).layer(), MADE[name][0]
    there = convert.to_haiku(layer, "a/norm")
    back = convert.from_haiku(there.arrays["params"], there.arrays["state"], "a/norm", kind, there.settings)
    assert_same(layer, back)


WRONG = {
    "momentum swapped": {"momentum": 0.01},
    "an unbiased variance": {"bessel": True},
    "another epsilon": {"epsilon": 1e-3},
    "not debiased": {"debias": False},
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_convention_is_caught(fault):
    side = trained(made("batch"))
    layer = side.layer()
    wrong = dataclasses.replace(layer, settings={**layer.settings, **WRONG[fault]})
    with pytest.raises(AssertionError, match="residual .* bound 1e-05; shape"):
        convert.assert_training_agreement(wrong, side.step, batches())


def test_before_the_first_update_the_variance_is_read_as_1_and_not_as_0():
    side, x = made("batch"), batches(1)[0]
    layer = side.layer()
    y, _ = layer.normalization.apply(layer.params, layer.state, x, train=False)
    assert float(jnp.abs(y).max()) < 20
    assert np.abs(side.evaluate(x)).max() > 100


def test_a_whole_network():
    from tests.convert.haiku_side import haiku

    def network(x):
        x = haiku.Sequential([haiku.Linear(6), haiku.LayerNorm(-1, True, True)])(x)
        return haiku.BatchNorm(True, True, 0.9)(x, True)

    with permissive():
        params, state = haiku.transform_with_state(network).init(jax.random.key(0), jnp.zeros((2, 3)))
    layers = convert.layers_from_haiku(
        params, state, kinds={"layer_norm*": "layer"}, settings={"batch": {"decay_rate": 0.9}}
    )
    assert {path: layer.kind for path, layer in layers.items()} == {
        "layer_norm": "layer",
        "batch_norm": "batch",
    }
