"""What a prediction says, held against closed forms and against random networks in plain numpy."""

import functools
import math

import numpy as np
import pytest

from bnact import theory
from bnact.activations import get, largest_slope
from bnact.theory.prediction.propagation import PROPAGATIONS
from tests.theory.plain_networks import WIDTH, Kind, statistics
from tests.theory.refusals import assert_refused

# A finite width has deviations of its own: of the order of depth / width, and more where batches are small.
STANDARD_ERRORS, FINITE_WIDTH = 4.0, 0.015
NETWORKS = 12

KINDS = [
    Kind("relu", "none", "before", 8, 2.0, 0.0),
    Kind("tanh", "none", "before", 8, 2.5, 0.1),
    Kind("hard_tanh", "none", "before", 6, 3.0, 0.1),
    Kind("relu", "batch", "before", 16, 3.0, 0.0),
    Kind("hard_tanh", "batch", "before", 4, 1.0, 0.0),
    Kind("sigmoid", "batch", "before", 32, 1.0, 0.2),
    Kind("tanh", "batch", "after", 16, 4.0, 0.0),
    Kind("selu", "batch", "after", 8, 1.0, 0.5),
    Kind("hard_tanh", "batch", "after", 6, 4.0, 0.0),
    Kind("relu", "layer", "before", 8, 1.0, 0.0),
    Kind("softplus", "layer", "after", 8, 2.0, 0.1),
    Kind("silu", "rms", "before", 8, 1.5, 0.0),
    Kind("relu", "rms", "after", 8, 2.0, 0.1),
]


def predicted(kind):
    return theory.predict(
        kind.activation,
        kind.norm,
        kind.order,
        depth=kind.depth,
        batch_size=kind.batch_size,
        weight_variance=kind.weight_variance,
        bias_variance=kind.bias_variance,
    )


@functools.cache
def measured(kind):
    return statistics(kind, NETWORKS, largest_slope(get(kind.activation)))


def layers_of(prediction, name):
    return np.array([getattr(layer, name) for layer in prediction.layers])


def deviations(prediction, found, name):
    """Of each layer, in what is tolerated."""
    expected, seen = layers_of(prediction, name), getattr(found, name)
    error = seen.std(axis=0, ddof=1) / len(seen) ** 0.5
    if name in ("dead", "saturated"):
        error = np.maximum(error, np.sqrt(expected * (1.0 - expected) / len(seen) / WIDTH))
    scale = 1.0 if name == "correlation" else expected
    return np.abs(seen.mean(axis=0) - expected) / (STANDARD_ERRORS * error + FINITE_WIDTH * scale + 1e-12)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.activation} {kind.norm} {kind.order}")
def test_networks_do_what_is_predicted(kind):
    found = measured(kind)
    prediction = predicted(kind)
    # The growth of the last layer is 1 by definition, and that before it still sees the loss.
    first = 1 if (kind.norm, kind.order) == ("batch", "after") else 0
    for name in ("variance", "correlation", "dead", "saturated"):
        assert np.max(deviations(prediction, found, name)) < 1.0, name
    assert np.max(deviations(prediction, found, "growth")[first : kind.depth - 2]) < 1.0
    assert np.all(found.low >= layers_of(prediction, "low") - 1e-9)
    assert np.all(found.high <= layers_of(prediction, "high") + 1e-9)


@pytest.mark.parametrize(
    "wrong, name",
    [
        ({"norm": "layer"}, "correlation"),
        ({"order": "after"}, "growth"),
        ({"batch_size": 8}, "growth"),
        ({"activation": "silu"}, "variance"),
        ({"weight_variance": 2.0}, "variance"),
        ({"bias_variance": 0.1}, "variance"),
    ],
)
def test_networks_do_not_what_is_predicted_of_another(wrong, name):
    kind = Kind("tanh", "batch", "before", 32, 1.0, 0.0)
    found = measured(kind)
    assert np.max(deviations(predicted(kind._replace(**wrong)), found, name)) > 1.5


def test_the_size_of_he_keeps_relus_signal_and_gradient():
    for layer in theory.predict("relu", "none", depth=30, weight_variance=2.0).layers:
        assert layer.variance == pytest.approx(2.0)
        assert layer.growth == pytest.approx(1.0)
        assert layer.gradient == pytest.approx(1.0)


@pytest.mark.parametrize("norm, order", PROPAGATIONS)
def test_straight_lines_change_nothing(norm, order):
    prediction = theory.predict("identity", norm, order, depth=5)
    np.testing.assert_allclose(layers_of(prediction, "variance"), 1.0)
    np.testing.assert_allclose(layers_of(prediction, "correlation"), 0.0, atol=1e-12)
    np.testing.assert_allclose(layers_of(prediction, "growth"), 1.0)
    assert set(layers_of(prediction, "dead")) == set(layers_of(prediction, "saturated")) == {0.0}
    assert prediction.verdict == "trains"


@pytest.mark.parametrize("batch_size", [4, 8, 64])
def test_a_straight_line_grows_with_small_batches_all_the_same(batch_size):
    prediction = theory.predict("identity", "batch", depth=4, batch_size=batch_size)
    expected = (batch_size - 2) / (batch_size - 3)
    assert prediction.layers[1].growth == pytest.approx(expected)


def test_batch_norm_and_relu_grow_by_pi_over_pi_minus_1():
    prediction = theory.predict("relu", depth=40)
    assert prediction.layers[20].growth == pytest.approx(math.pi / (math.pi - 1.0))
    assert (prediction.verdict, prediction.depth) == ("explodes", 1 + math.ceil(12.0 / math.log(1.466942)))


def test_the_growth_in_the_middle_is_the_rate():
    rate = theory.batch_norm_rate("tanh", 16, weight_scale=2.0)
    assert theory.predict("tanh", depth=3, batch_size=16, weight_variance=4.0).layers[
        1
    ].growth == pytest.approx(rate)
    after = theory.batch_norm_rate("tanh", 16, "after", weight_scale=2.0)
    layers = theory.predict("tanh", order="after", depth=3, batch_size=16, weight_variance=4.0).layers
    assert layers[1].growth == pytest.approx(after)
    for norm, rate_of in (("layer", theory.layer_norm_rate), ("rms", theory.rms_norm_rate)):
        for order in ("before", "after"):
            layers = theory.predict("softplus", norm, order, depth=3, weight_variance=4.0).layers
            assert layers[1].growth == pytest.approx(rate_of("softplus", order, weight_scale=2.0))


def test_a_width_makes_the_probability_of_being_born_dead():
    narrow = theory.predict("relu", "none", depth=9, width=3, weight_variance=2.0)
    assert narrow.born_dead == pytest.approx(theory.born_dead_probability([3] * 9))
    assert theory.predict("relu", "none", depth=9, weight_variance=2.0).born_dead is None
    assert theory.predict("tanh", "none", depth=9, width=3).born_dead is None
    assert theory.predict("relu", "batch", depth=9, width=3).born_dead is None
    assert theory.predict("relu", "none", depth=9, width=3, bias_variance=0.1).born_dead is None


def test_relu_behind_a_batch_that_sums_to_zero_is_never_dead():
    layers = theory.predict("relu", order="after", depth=3, batch_size=4).layers
    assert layers[0].dead == pytest.approx(2.0**-4)
    assert layers[1].dead == pytest.approx(0.0, abs=1e-8)


def test_a_batch_that_drifts_is_told():
    assert "come to dominate such batches" in theory.predict("hard_silu", depth=10, batch_size=64).sentence
    calm = theory.predict("hard_silu", depth=10, batch_size=8)
    assert calm.drift is not None
    assert calm.drift < 1.0
    assert "drifts" not in calm.sentence


@pytest.mark.parametrize("norm, order", PROPAGATIONS)
@pytest.mark.parametrize("name", ["squared_relu", "exponential", "sin", "soft_shrink"])
def test_what_is_steep_or_turns_or_is_flat_has_a_prediction(name, norm, order):
    prediction = theory.predict(name, norm, order, depth=2, batch_size=64)
    assert prediction.layers
    assert not np.any(np.isnan(np.array(prediction.layers)))


@pytest.mark.parametrize(
    "arguments, options, words",
    [
        (("rellu",), {}, ["got 'rellu'", "relu"]),
        (("relu", "bach"), {}, ["predict: norm must be one of batch, layer, none, rms", "got 'bach'"]),
        (("relu", "group"), {}, ["got 'group'"]),
        (("relu", "batch", "between"), {}, ["predict: order must be one of after, before", "got 'between'"]),
        (("relu", "none", "after"), {}, ["order must be 'before' without a norm", "leave it out"]),
        (("sign",), {}, ["predict: activation must not jump", "got sign, which jumps at (0.0,)"]),
        (("relu",), {"depth": 0}, ["predict: depth must be a concrete integer of at least 1", "got 0"]),
        (("relu",), {"depth": True}, ["depth must be a concrete integer", "got True"]),
        (("relu",), {"depth": 2.0}, ["depth must be a concrete integer", "got 2.0"]),
        (("relu",), {"weight_variance": 1e30}, ["weight_variance must be one number", "got 1e+30"]),
        (
            ("relu",),
            {"weight_variance": np.ones(2)},
            ["weight_variance must be one number", "got array([1., 1.])"],
        ),
        (("relu",), {"width": 0}, ["predict: width must be a concrete integer of at least 1", "got 0"]),
        (("relu",), {"width": True}, ["width must be a concrete integer"]),
        (("relu",), {"batch_size": 3}, ["batch_size must be at least 4 for batch norm", "got 3"]),
        (
            ("relu", "none"),
            {"batch_size": 0},
            ["batch_size must be a concrete integer of at least 2", "got 0"],
        ),
        (("relu",), {"weight_variance": 0.0}, ["predict: weight_variance must be", "got 0.0"]),
        (("relu",), {"weight_variance": math.nan}, ["weight_variance must be", "got nan"]),
        (("relu",), {"weight_variance": math.inf}, ["weight_variance must be", "got inf"]),
        (("relu",), {"bias_variance": -0.1}, ["predict: bias_variance must", "got -0.1"]),
    ],
)
def test_bad_calls(arguments, options, words):
    assert_refused(lambda: theory.predict(*arguments, **{"depth": 4, **options}), words)
