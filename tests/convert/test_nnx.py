"""bnact.convert.nnx against nnx itself."""

import dataclasses

import pytest
from flax import nnx

from bnact import convert
from tests.convert import flax_sides
from tests.convert.sides import SCALE, assert_same, batches, fresh, hold_from, hold_to, remembering, trained
from tests.convert.test_linen import EXACT
from tests.convert.test_linen import MADE as OF_LINEN

MADE = {name: OF_LINEN[name] for name in OF_LINEN if " another " not in name and name != "group"}

OURS = {
    "batch": remembering,
    "layer": lambda settings: fresh("layer", settings),
    "group": lambda settings: fresh("group", {**settings, "groups": 2}),
    "instance": lambda settings: fresh("instance", settings),
    "rms": lambda settings: fresh("rms", settings, (SCALE, None)),
}


def made(name):
    kind, settings = MADE[name]
    return flax_sides.made_nnx(kind, **settings, **EXACT)


@pytest.mark.parametrize("name", MADE)
def test_what_comes_from_nnx_evaluates_and_trains_as_nnx(name):
    hold_from(made(name))


@pytest.mark.parametrize("kind", OURS)
def test_what_goes_to_nnx_evaluates_and_trains_as_ours(kind):
    layer = OURS[kind]({"epsilon": 1e-4} | ({"momentum": 0.8} if kind == "batch" else {}))
    counterpart = convert.to_nnx(layer)
    counterpart = counterpart._replace(settings={**counterpart.settings, **EXACT})
    hold_to(layer, flax_sides.filled_nnx(counterpart))


@pytest.mark.parametrize("name", [name for name in MADE if "group" not in name])
def test_there_and_back(name):
    layer = trained(made(name)).layer()
    there = convert.to_nnx(layer)
    assert_same(layer, convert.from_nnx(there.arrays, MADE[name][0], there.settings))


@pytest.mark.parametrize("fault", [{"momentum": 0.01}, {"bessel": True}, {"epsilon": 1e-3}], ids=str)
def test_a_wrong_convention_is_caught(fault):
    side = trained(made("batch"))
    layer = side.layer()
    wrong = dataclasses.replace(layer, settings={**layer.settings, **fault})
    with pytest.raises(AssertionError, match="residual .* bound 1e-05; shape"):
        convert.assert_training_agreement(wrong, side.step, batches())


class Network(nnx.Module):
    def __init__(self, rngs):
        self.dense = nnx.Linear(3, 6, rngs=rngs)
        self.norms = nnx.List([nnx.BatchNorm(6, momentum=0.9, rngs=rngs), nnx.LayerNorm(6, rngs=rngs)])


def test_a_whole_network_by_its_modules_and_by_its_state():
    network = Network(nnx.Rngs(0))
    by_module = convert.layers_from_nnx_module(network)
    by_state = convert.layers_from_nnx(
        nnx.state(network), kinds={"norms.1": "layer"}, settings={"batch": {"momentum": 0.9}}
    )
    assert {path: layer.kind for path, layer in by_module.items()} == {"norms.0": "batch", "norms.1": "layer"}
    assert [*by_state] == [*by_module]
    for path, layer in by_module.items():
        assert_same(layer, by_state[path])


@pytest.mark.parametrize("norm", [nnx.LayerNorm, nnx.RMSNorm])
def test_a_scale_on_another_axis_than_the_statistics_is_refused(norm):
    with pytest.raises(ValueError, match="feature_axes must be -1, .*; got feature_axes=1; a scale"):
        convert.from_nnx_module(norm(3, feature_axes=1, rngs=nnx.Rngs(0)))


def test_another_module_is_refused():
    with pytest.raises(ValueError, match="module must be one of BatchNorm.*got flax.nnx.*Linear"):
        convert.from_nnx_module(nnx.Linear(2, 3, rngs=nnx.Rngs(0)))


def test_a_class_of_the_same_name_from_elsewhere_is_refused():
    derived = type("BatchNorm", (nnx.BatchNorm,), {"__module__": "elsewhere"})
    with pytest.raises(ValueError, match="module must be one of BatchNorm.*got elsewhere.BatchNorm"):
        convert.from_nnx_module(derived(3, rngs=nnx.Rngs(0)))
