"""The sentence of a prediction: what happens, at which depth, and why (bnact.theory.verdict)."""

import math

import pytest

from bnact import theory
from bnact.theory.prediction.limits import GRADIENT as LIMIT
from bnact.theory.prediction.verdict import judged, layers_until_lost


def layer(growth=1.0, dead=0.0, variance=1.0):
    return theory.LayerPrediction(variance, 0.0, growth, 1.0, dead, 0.0, 0.0, 1.0)


@pytest.mark.parametrize(
    "arguments, options, verdict, words",
    [
        (
            ("relu", "none"),
            {"depth": 40, "weight_variance": 2.0},
            "trains",
            "changes by a factor of 1 (it may by 5e+03).",
        ),
        (("sigmoid", "none"), {"depth": 20}, "vanishes", "sigmoid without a norm vanishes"),
        (
            ("relu", "none"),
            {"depth": 50, "weight_variance": 2.0},
            "forgets",
            "in layer 46 any two inputs have a correlation above 0.985",
        ),
        (("relu",), {"depth": 60}, "explodes", "relu (batch norm before it) explodes"),
        (
            ("tanh", "none"),
            {"depth": 60, "weight_variance": 4.0},
            "explodes",
            "over the last 29 of 60 layers",
        ),
        (
            ("relu", "none"),
            {"depth": 9, "width": 3, "weight_variance": 2.0},
            "dies",
            "55% of networks of this width are born dead within 6 layers",
        ),
        (
            ("relu", "none"),
            {"depth": 9, "width": 1, "weight_variance": 2.0},
            "dies",
            "50% of networks of this width are born dead within 1 layer",
        ),
        (
            ("hard_tanh", "none"),
            {"depth": 3, "batch_size": 4, "weight_variance": 1000.0},
            "dies",
            "of layer 1's units 90% are dead on a whole batch",
        ),
        (("exponential", "none"), {"depth": 30}, "explodes", "the variance grows beyond all bounds"),
        (
            ("square", "none"),
            {"depth": 50},
            "explodes",
            "over the last 2 of 50 layers the squared gradient changes",
        ),
        (
            ("square", "none"),
            {"depth": 50, "weight_variance": 0.1},
            "vanishes",
            "over the last 2 of 50 layers the squared gradient changes",
        ),
    ],
)
def test_the_verdict_and_its_words(arguments, options, verdict, words):
    prediction = theory.predict(*arguments, **options)
    assert (prediction.verdict, words in prediction.sentence) == (verdict, True), prediction.sentence
    assert (prediction.depth is None) == (verdict == "trains")
    assert prediction.sentence.endswith(".")


def test_a_gradient_is_lost_where_it_passes_the_limit():
    growth = math.exp(LIMIT / 4.0 + 0.1)
    found = judged([layer(growth)] * 10, 10, None, LIMIT)
    assert (found.verdict, found.depth) == ("explodes", 5)
    assert judged([layer(1.0 / growth)] * 10, 10, None, LIMIT).verdict == "vanishes"
    assert judged([layer(growth)] * 4, 4, None, LIMIT).verdict == "trains", "the last layer has no next"


def test_a_gradient_meets_the_last_layer_first():
    steep = layer(math.exp(2.0 * LIMIT))
    assert judged([steep, *[layer()] * 9], 10, None, LIMIT).depth == 10
    assert judged([*[layer()] * 8, steep, layer()], 10, None, LIMIT).depth == 2


def test_what_happens_first_is_told():
    growth = math.exp(LIMIT / 4.0 + 0.1)
    dying = [layer(growth), layer(growth, dead=0.6), *[layer(growth)] * 8]
    assert judged(dying, 10, None, LIMIT).verdict == "dies"
    late = [*[layer(growth)] * 8, layer(growth, dead=0.6), layer(growth)]
    assert judged(late, 10, None, LIMIT).verdict == "explodes"


def test_a_gradient_that_is_0_is_lost_at_once():
    assert judged([layer(0.0), layer(0.0), layer()], 3, None, LIMIT).depth == 2


@pytest.mark.parametrize("growths, number", [([], None), ([LIMIT], None), ([LIMIT, 0.1], 2), ([-5.0] * 9, 2)])
def test_how_many_layers_a_gradient_passes(growths, number):
    assert layers_until_lost(growths, LIMIT) == number


def test_ups_and_downs_cancel():
    assert layers_until_lost([8.0, -8.0] * 20, LIMIT) is None
