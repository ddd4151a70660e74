"""bnact.convert.equinox against equinox itself."""

import dataclasses

import jax
import pytest

from bnact import convert
from tests.convert.sides import assert_same, batches, fresh, hold_from, hold_to, needs, remembering, trained

pytestmark = needs("equinox")

MADE = {
    "batch": ("batch", {"mode": "batch"}),
    "batch with another momentum and epsilon": ("batch", {"mode": "batch", "momentum": 0.7, "eps": 1e-2}),
    "batch without scale and bias": (
        "batch",
        {"mode": "batch", "momentum": 0.9, "channelwise_affine": False},
    ),
    "batch that standardizes by its averages": ("batch", {"mode": "ema"}),
    "layer": ("layer", {}),
    "layer without bias": ("layer", {"use_bias": False, "eps": 1e-3}),
    "rms": ("rms", {}),
    "rms without bias": ("rms", {"use_bias": False}),
    "group": ("group", {"groups": 3}),
}
OURS = {
    "batch": remembering,
    "layer": lambda settings: fresh("layer", settings),
    "group": lambda settings: fresh("group", {**settings, "groups": 2}),
    "instance": lambda settings: fresh("instance", settings),
    "rms": lambda settings: fresh("rms", settings),
}


def made(name):
    from tests.convert import equinox_side

    kind, settings = MADE[name]
    return equinox_side.made(kind, **settings)


@pytest.mark.parametrize("name", MADE)
def test_what_comes_from_equinox_evaluates_and_trains_as_equinox(name):
    hold_from(made(name))


def test_one_that_standardizes_training_by_its_averages_comes_frozen():
    side = trained(made("batch that standardizes by its averages"))
    assert side.layer().frozen
    thawed = dataclasses.replace(side.layer(), frozen=False)
    with pytest.raises(AssertionError, match="output differs"):
        convert.assert_training_agreement(thawed, side.step, batches())


@pytest.mark.parametrize("kind", OURS)
@pytest.mark.parametrize("debias", [True, False])
def test_what_goes_to_equinox_evaluates_and_trains_as_ours(kind, debias):
    from tests.convert import equinox_side

    settings = {"momentum": 0.8, "debias": debias} if kind == "batch" else {}
    layer = OURS[kind]({"epsilon": 1e-4, **settings})
    hold_to(layer, equinox_side.filled(convert.to_equinox(layer), kind))


@pytest.mark.parametrize("name", [name for name in MADE if "averages" not in name])
def test_there_and_back(name):
    from tests.convert import equinox_side

    layer = trained(made(name)).layer()
    assert_same(layer, equinox_side.filled(convert.to_equinox(layer), MADE[name][0]).layer())


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


def test_a_whole_network():
    from tests.convert.equinox_side import equinox

    def make():
        return equinox.nn.Sequential(
            [
                equinox.nn.Linear(3, 6, key=jax.random.key(0)),
                equinox.nn.BatchNorm(6, "batch", mode="batch"),
                equinox.nn.LayerNorm(6),
            ]
        )

    model, state = equinox.nn.make_with_state(make)()
    layers = convert.layers_from_equinox_module(model, state)
    assert {path: layer.kind for path, layer in layers.items()} == {
        ".layers[1]": "batch",
        ".layers[2]": "layer",
    }


def test_what_has_no_counterpart_is_refused():
    from tests.convert.equinox_side import equinox

    norm, state = equinox.nn.make_with_state(equinox.nn.BatchNorm)(4, "batch", mode="ema")
    refused = {
        "module must be one of BatchNorm.*got equinox.*Identity": lambda: convert.from_equinox_module(
            equinox.nn.Identity()
        ),
        "state must be the State object.*got None": lambda: convert.from_equinox_module(norm),
        "no averages before its first batch": lambda: convert.from_equinox_module(norm, state),
        "shape must be one axis": lambda: convert.from_equinox_module(equinox.nn.LayerNorm((2, 3))),
    }
    for message, call in refused.items():
        with pytest.raises(ValueError, match=message):
            call()
