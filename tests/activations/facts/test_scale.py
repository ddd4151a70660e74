"""bnact.activations.facts.scale: the scale on which a curve is looked at."""

import math

import numpy as np
import pytest

from bnact.activations import ACTIVATIONS, hard_sigmoid, hard_tanh, snake, softcap, softplus
from bnact.activations.facts.scale import Scale, scale_of


@pytest.mark.parametrize("name", ["relu", "identity", "tanh", "gelu", "softplus", "sin", "erf"])
def test_the_usual_ones_are_looked_at_near_one(name):
    assert scale_of(ACTIVATIONS[name].curve).width == 1.0


@pytest.mark.parametrize(
    "act, width",
    [
        (softplus(100.0), 0.02),
        (softplus(1e-6), 2e6),
        (softcap(1e6), 1e6),
        (hard_tanh(-30.0, 30.0), 30.0),
        (snake(1e3), 5e-4),
    ],
    ids=lambda each: getattr(each, "name", each),
)
def test_it_goes_with_the_parameter(act, width):
    assert abs(math.log(scale_of(act.curve).width / width, 4.0)) <= 1.0


def test_a_known_point_that_the_grid_steps_over():
    act = hard_sigmoid(offset=1e3)
    assert scale_of(act.curve).width == 1.0
    assert scale_of(act.curve, act.breakpoints).width > 1e3


def test_derivatives_are_stretched_as_the_curve_is():
    scale, act = Scale(4.0, 0.25), ACTIVATIONS["tanh"]
    z = np.linspace(-1.0, 1.0, 11)
    value, slope = scale.order(act.curve, 0), scale.order(act.curve, 1)
    np.testing.assert_allclose(value(z), np.tanh(4.0 * z) / 0.25, rtol=1e-14)
    np.testing.assert_allclose(slope(z), 16.0 / np.cosh(4.0 * z) ** 2, rtol=1e-14)
    np.testing.assert_array_equal(scale.inputs((4.0, 8.0)), [1.0, 2.0])
