import json
import math
import pathlib

import numpy as np
import pytest

from bnact.activations import ACTIVATIONS
from bnact.numerics.quadrature import expectation
from bnact.theory import batch_norm_rate, layer_norm_rate, rms_norm_rate
from tests.theory.simulated_growth import Shape, growth_in_the_middle

CASE = json.loads((pathlib.Path(__file__).parents[2] / "reference_cases.json").read_text())["layer_norm_rate"]


@pytest.mark.parametrize("name", [name for name in CASE if name in ACTIVATIONS])
def test_published_rates(name):
    assert abs(layer_norm_rate(name) - CASE[name]) < CASE["analytic"]
    assert rms_norm_rate(name) == layer_norm_rate(name)


def test_relu_neither_grows_nor_shrinks():
    assert layer_norm_rate("relu", scale=[0.5, 3.0], weight_scale=7.0) == pytest.approx([1.0, 1.0], abs=1e-12)


def test_after_the_activation_a_mean_is_subtracted_by_one_of_them():
    shifted = layer_norm_rate("sigmoid", "after", weight_scale=2.0)
    slope = expectation(lambda z: (2.0 / (2.0 + 2.0 * np.cosh(2.0 * z))) ** 2)
    square = expectation(lambda z: 1.0 / (1.0 + np.exp(-2.0 * z)) ** 2)
    assert shifted == pytest.approx(slope / (square - 0.25), rel=1e-9)
    assert rms_norm_rate("sigmoid", "after", weight_scale=2.0) == pytest.approx(slope / square, rel=1e-9)
    assert shifted == pytest.approx(batch_norm_rate("sigmoid", order="after", weight_scale=2.0), rel=1e-12)


def test_the_shift_of_norm_after_widens_each_example():
    found = layer_norm_rate("tanh", "after", scale=3.0, shift=4.0)
    assert found == pytest.approx(0.36 * layer_norm_rate("tanh", "after", scale=5.0), rel=1e-12)


@pytest.mark.parametrize("rate", [layer_norm_rate, rms_norm_rate])
@pytest.mark.parametrize(
    "name, arguments, message",
    [
        ("step", {}, "must not jump"),
        ("relu", {"scale": 0.0}, "scale must be finite and not 0; got 0.0"),
        ("relu", {"weight_scale": math.inf}, "weight_scale must be finite and positive; got inf"),
        ("relu", {"order": "within"}, "order must be 'before' or 'after'"),
        ("tanh", {"scale": 500.0}, "must vary over lengths of a tenth"),
    ],
)
def test_arguments_without_a_meaning(rate, name, arguments, message):
    with pytest.raises(ValueError, match=f"{rate.__name__}: .*{message}"):
        rate(name, **arguments)


@pytest.mark.parametrize(
    "name, shape",
    [
        ("tanh", Shape(8, "layer", depth=12)),
        pytest.param("sigmoid", Shape(8, "layer", shift=0.5), marks=pytest.mark.slow),
        pytest.param("relu", Shape(8, "layer"), marks=pytest.mark.slow),
        pytest.param("tanh", Shape(8, "layer", "after", shift=0.5, weight_scale=2.0), marks=pytest.mark.slow),
    ],
)
def test_networks_of_width_512_grow_as_predicted(name, shape):
    predicted = layer_norm_rate(name, shape.order, shape.scale, shape.shift, shape.weight_scale)
    assert growth_in_the_middle(name, shape, seeds=4) == pytest.approx(predicted, rel=CASE["simulated"])
