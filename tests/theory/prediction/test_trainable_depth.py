"""How deep a network may be, beside the layers of a prediction."""

import itertools
import math

import numpy as np
import pytest

from bnact import theory
from bnact.theory.prediction.limits import ALIKE, GRADIENT, gradient_limit
from tests.theory.refusals import assert_refused

LOST = [
    ("relu", "none", "before", {"weight_variance": 1.0}),
    ("tanh", "none", "before", {"weight_variance": 6.0, "bias_variance": 0.05}),
    ("relu", "batch", "before", {"batch_size": 32}),
    ("tanh", "batch", "after", {"batch_size": 16, "weight_variance": 4.0}),
    ("sin", "layer", "before", {}),
    ("hard_tanh", "rms", "after", {"weight_variance": 3.0}),
]


@pytest.mark.parametrize("activation, norm, order, options", LOST)
def test_the_layers_of_a_prediction_change_the_gradient_that_much(activation, norm, order, options):
    depth = theory.trainable_depth(activation, norm, order, **options)
    whole = math.ceil(depth)
    layers = theory.predict(activation, norm, order, depth=whole + 1, **options).layers
    passed = [0.0, *itertools.accumulate(math.log(layer.growth) for layer in layers[:whole])]
    limit = gradient_limit(norm, order)
    assert np.interp(depth - 1.0, range(whole + 1), np.abs(passed)) == pytest.approx(limit, rel=1e-6)
    assert max(map(abs, passed[: whole - 1])) <= limit


@pytest.mark.parametrize("activation, norm, order, options", LOST)
def test_a_prediction_says_that_deeper_networks_do_not_train(activation, norm, order, options):
    depth = math.ceil(theory.trainable_depth(activation, norm, order, **options))
    assert theory.predict(activation, norm, order, depth=depth + 1, **options).verdict != "trains"
    # The first layer, whose inputs are given, does not do to a gradient what the others do.
    assert theory.predict(activation, norm, order, depth=depth - 5, **options).verdict == "trains"


def test_a_constant_growth_in_closed_form():
    found = theory.trainable_depth("relu", "none", weight_variance=1.0)
    assert found == pytest.approx(1.0 + GRADIENT / math.log(2.0))


@pytest.mark.parametrize(
    "activation, norm, options",
    [("relu", "none", {"weight_variance": 2.0}), ("relu", "layer", {}), ("softplus", "layer", {})],
)
def test_inputs_are_forgotten_where_their_correlation_says_so(activation, norm, options):
    depth = theory.trainable_depth(activation, norm, **options)
    layers = theory.predict(activation, norm, depth=math.ceil(depth) + 1, **options).layers
    apart = [1.0 - layer.correlation for layer in layers]
    assert apart[math.ceil(depth) - 1] < ALIKE <= apart[math.ceil(depth) - 2]
    at = np.interp(depth, range(1, len(apart) + 1), np.log(apart))
    assert at == pytest.approx(math.log(ALIKE), rel=1e-6)


def test_batch_norm_before_bears_more():
    assert gradient_limit("batch", "before") > gradient_limit("batch", "after") == GRADIENT


@pytest.mark.parametrize(
    "arguments, options",
    [(("identity", "none"), {}), (("identity",), {}), (("identity", "rms"), {})],
)
def test_what_is_kept_is_never_lost(arguments, options):
    assert theory.trainable_depth(*arguments, **options) == math.inf


def test_a_signal_that_leaves_all_bounds_ends_it():
    assert theory.trainable_depth("square", "none") < 10.0
    assert theory.trainable_depth("exponential", "none") < 10.0


def test_near_the_edge_networks_may_be_deeper():
    weights = [0.5, 1.0, 1.5, 1.9]
    depths = [theory.trainable_depth("relu", "none", weight_variance=each) for each in weights]
    assert depths == sorted(depths)


@pytest.mark.parametrize(
    "arguments, options, words",
    [
        (("rellu",), {}, ["got 'rellu'"]),
        (("relu", "group"), {}, ["trainable_depth: norm must be one of", "got 'group'"]),
        (("step",), {}, ["trainable_depth: activation must not jump", "got step"]),
        (("relu",), {"batch_size": 2}, ["trainable_depth: batch_size must be at least 4"]),
        (("relu",), {"weight_variance": -1.0}, ["trainable_depth: weight_variance must"]),
    ],
)
def test_bad_calls(arguments, options, words):
    assert_refused(lambda: theory.trainable_depth(*arguments, **options), words)
