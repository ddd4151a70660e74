"""One layer, for each norm and place, in closed form (bnact.theory.propagation)."""

import math

import pytest

from bnact import theory
from bnact.activations import get
from bnact.theory.prediction.propagation import PROPAGATIONS, Layer, Signal, first_signal

SIGNAL = Signal(1.7, 0.4)
MEAN, SQUARE = 1.0 / math.sqrt(2.0 * math.pi), 0.5


def relu(norm, order, weight_variance=3.0, bias_variance=0.2, batch_size=None):
    layer = Layer(get("relu"), weight_variance, bias_variance, batch_size)
    propagation = PROPAGATIONS[norm, order]
    return propagation.following(layer, SIGNAL), propagation.growth(layer, SIGNAL)


def product(correlation):
    """E relu(z1) relu(z2) for unit variance."""
    angle = math.acos(correlation)
    return (math.sin(angle) + (math.pi - angle) * correlation) / (2.0 * math.pi)


def test_the_first_layer_is_given_independent_inputs_of_variance_1():
    signal = first_signal(Layer(get("relu"), 3.0, 0.5, None))
    assert signal == pytest.approx((3.5, 0.5 / 3.5))


# What relu hands on of variance v is v times what it hands on of variance 1.
CLOSED = {
    ("none", "before"): (1.7 * SQUARE, 1.7 * product(0.4), 3.0 / 2.0),
    ("layer", "before"): (SQUARE, product(0.4), 3.0 / 2.0 / 1.7),
    ("rms", "before"): (SQUARE, product(0.4), 3.0 / 2.0 / 1.7),
    ("rms", "after"): (1.0, product(0.4) / SQUARE, 3.0 / 2.0 / (1.7 * SQUARE)),
    ("layer", "after"): (
        1.0,
        (product(0.4) - MEAN**2) / (SQUARE - MEAN**2),
        3.0 / 2.0 / (1.7 * (SQUARE - MEAN**2)),
    ),
    # In an infinite batch the examples behind the norm are independent.
    ("batch", "before"): (SQUARE, MEAN**2, 3.0 / 2.0 / (1.7 * (1.0 - 0.4))),
}


@pytest.mark.parametrize("norm, order", CLOSED)
def test_relu_in_closed_form(norm, order):
    square, product_of_two, growth = CLOSED[norm, order]
    signal, found = relu(norm, order)
    variance = 3.0 * square + 0.2
    assert signal.variance == pytest.approx(variance)
    assert signal.correlation == pytest.approx((3.0 * product_of_two + 0.2) / variance)
    assert found == pytest.approx(growth)


def test_relu_with_batch_norm_after_it():
    signal, growth = relu("batch", "after", bias_variance=0.0)
    assert signal == pytest.approx((3.0, 0.0))
    assert growth == pytest.approx(math.pi / (math.pi - 1.0))
    signal, _ = relu("batch", "after", bias_variance=0.0, batch_size=9)
    assert signal == pytest.approx((3.0, -1.0 / 8.0))


@pytest.mark.parametrize("batch_size", [4, 16, None])
def test_a_finite_batch_grows_at_its_rate_from_the_second_layer_on(batch_size):
    layer = Layer(get("tanh"), 3.0, 0.2, batch_size)
    propagation = PROPAGATIONS["batch", "before"]
    second = propagation.following(layer, SIGNAL)
    assert propagation.following(layer, second) == second
    assert propagation.growth(layer, second) == pytest.approx(theory.batch_norm_rate("tanh", batch_size))


# The growth of batch norm after the activation does not depend on the signal.
@pytest.mark.parametrize("norm, order", [key for key in PROPAGATIONS if key != ("batch", "after")])
def test_a_mean_beyond_all_numbers_is_not_an_error(norm, order):
    layer = Layer(get("exponential"), 1.0, 0.0, None)
    huge = PROPAGATIONS[norm, order].growth(layer, Signal(1e6, 0.0))
    if order == "before" and norm != "none":
        assert math.isfinite(huge), "the norm makes it 1"
    else:
        assert not math.isfinite(huge)
