"""Rates under a norm, held against closed forms, inequalities and networks simulated in numpy."""

import numpy as np
import pytest

from bnact import theory
from bnact.activations import ACTIVATIONS
from tests.theory.wide_networks import PAIRS, mean_growth, normal_mean

SMOOTH = [name for name, act in ACTIVATIONS.items() if not act.jumps]
LINES = ["identity"]
# Of two straight pieces that meet in 0: a scale does not matter to them.
HOMOGENEOUS = ["identity", "relu", "leaky_relu", "abs"]
BATCH_SIZES = [4, 5, 7, 16, 100, 1000]

# That some leave the symmetric point is tested in test_independent_stability.py.
pytestmark = pytest.mark.filterwarnings("ignore::bnact.theory.DriftWarning")

A_FEW = ("identity", "relu", "tanh", "gelu", "hard_tanh", "snake", "squareplus", "sin")
every_activation = pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in A_FEW else [pytest.mark.slow]) for name in SMOOTH],
)


# ------------------------------------------------------------------------------------ closed forms


@pytest.mark.parametrize("batch_size", BATCH_SIZES)
def test_a_linear_network(batch_size):
    expected = (batch_size - 2) / (batch_size - 3)
    for scale, shift, weight_scale in [(1.0, 0.0, 1.0), (0.3, -2.0, 1.0), (1.0, 0.0, 1.7)]:
        found = theory.batch_norm_rate("identity", batch_size, "before", scale, shift, weight_scale)
        assert found == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("batch_size", [8, 64])
def test_a_linear_network_with_the_norm_after(batch_size):
    expected = (batch_size - 2) / (batch_size - 3)
    found = theory.batch_norm_rate("identity", batch_size, order="after", scale=0.5, shift=1.0)
    assert found == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize("name", HOMOGENEOUS)
@pytest.mark.parametrize("batch_size", [6, 32, None])
def test_a_scale_does_not_matter_to_the_homogeneous(name, batch_size):
    rate = theory.batch_norm_rate(name, batch_size)
    for scale in (0.01, 3.0):
        assert theory.batch_norm_rate(name, batch_size, scale=scale) == pytest.approx(rate, rel=1e-8)
    assert theory.batch_norm_rate(name, batch_size, weight_scale=5.0) == pytest.approx(rate, rel=1e-12)


def test_only_shift_over_scale_matters_to_relu():
    one = theory.batch_norm_rate("relu", 16, scale=1.0, shift=-0.5)
    assert theory.batch_norm_rate("relu", 16, scale=4.0, shift=-2.0) == pytest.approx(one, rel=1e-8)
    assert one > 1.05 * theory.batch_norm_rate("relu", 16)  # but it does matter


@pytest.mark.parametrize("name", ["relu", "tanh", "hard_tanh"])
def test_the_sign_of_a_scale_mirrors_the_input(name):
    """xhat and -xhat have one law, so phi(-s xhat + t) is as good as phi(s xhat + t)."""
    for batch_size in (9, None):
        one = theory.batch_norm_rate(name, batch_size, scale=0.7, shift=0.2)
        assert theory.batch_norm_rate(name, batch_size, scale=-0.7, shift=0.2) == pytest.approx(one, rel=1e-8)


@pytest.mark.parametrize("name", HOMOGENEOUS)
def test_layer_norm_keeps_the_homogeneous(name):
    assert theory.layer_norm_rate(name) == pytest.approx(1.0, abs=1e-10)


@pytest.mark.parametrize("scale, shift", [(1.0, 0.0), (1.7, -0.4), (0.2, 2.0)])
@pytest.mark.parametrize("name", ["tanh", "silu", "sigmoid", "softplus"])
def test_an_infinite_batch_by_another_integration(name, scale, shift):
    value, slope = PAIRS[name]
    mean = normal_mean(lambda z: value(scale * z + shift))
    spread = normal_mean(lambda z: (value(scale * z + shift) - mean) ** 2)
    expected = scale**2 * normal_mean(lambda z: slope(scale * z + shift) ** 2) / spread
    assert theory.batch_norm_rate(name, scale=scale, shift=shift) == pytest.approx(expected, rel=1e-9)


# ------------------------------------------------------------------------ for every activation


@every_activation
def test_no_activation_beats_the_linear(name):
    """Var phi(z) <= E phi'(z)^2, Poincare's inequality, is an equality for straight lines alone."""
    rate = theory.batch_norm_rate(name)
    assert rate >= 1.0 - 1e-10
    assert (rate - 1.0 < 1e-9) == (name in LINES)


@every_activation
def test_rates_are_positive_and_come_to_those_of_an_infinite_batch(name):
    limit = theory.batch_norm_rate(name)
    away = np.array([abs(theory.batch_norm_rate(name, size) / limit - 1.0) for size in (16, 128, 1024)])
    assert np.all(np.isfinite(away))
    assert away[2] < away[1] < away[0] or away[2] < 1e-9
    assert away[2] < 0.05
    assert away[1] / away[2] == pytest.approx(8.0, rel=0.5)  # as 1 / batch size
    assert theory.batch_norm_rate(name, 4) > 0.0
    assert 0.0 < theory.layer_norm_rate(name) < np.inf


@pytest.mark.slow
def test_batches_that_are_nearly_one_value_are_refused():
    """With the norm after relu, a shift takes whole batches below 0: their gradients make up the mean."""
    with pytest.raises(ValueError, match="batch_norm_rate: .*; got .* standard error .*batch_size=32.*; use"):
        theory.batch_norm_rate("relu", 32, order="after", shift=0.7)


def test_growth_of_relu_falls_with_the_batch():
    rates = [float(theory.batch_norm_rate("relu", size)) for size in (4, 5, 8, 16, 64, 256, None)]
    assert np.all(np.diff(rates) < 0)


# ---------------------------------------------------------------------------- simulated networks


def assert_simulated(rate, activation, networks, **setting):
    found, standard_error = mean_growth(PAIRS[activation], networks, **setting)
    assert standard_error < 0.01 * rate
    assert found == pytest.approx(rate, rel=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("order", ["before", "after"])
def test_sigmoid_with_scale_and_shift(order):
    setting = {"order": order, "scale": 2.0, "shift": 0.5}
    rate = theory.batch_norm_rate("sigmoid", 16, **setting)
    assert_simulated(rate, "sigmoid", 4, examples=16, axis=0, **setting)


SETTINGS = [
    ("relu", 8, {"order": "after"}),
    ("softplus", 32, {"order": "after", "shift": 0.7}),
    ("relu", 16, {"shift": -0.5}),
    ("tanh", 32, {"order": "after", "weight_scale": 2.0}),
    ("tanh", 16, {"order": "before", "weight_scale": 2.0}),
    ("tanh", 8, {"order": "after", "weight_scale": 2.0, "scale": 0.7, "shift": -0.4}),
    ("hard_tanh", 12, {"scale": 1.5}),
    ("silu", 16, {"scale": 2.0, "shift": 0.5}),
    ("softplus", 12, {"order": "after"}),
    ("sin", 24, {"scale": 2.0}),
]


@pytest.mark.slow
@pytest.mark.parametrize("activation, batch_size, setting", SETTINGS, ids=str)
def test_simulated_settings(activation, batch_size, setting):
    rate = theory.batch_norm_rate(activation, batch_size, **setting)
    assert_simulated(rate, activation, 16, examples=batch_size, axis=0, **setting)


@pytest.mark.slow
@pytest.mark.parametrize("activation", ["silu", "softplus", "hard_tanh", "selu"])
def test_simulated_layer_norm(activation):
    assert_simulated(theory.layer_norm_rate(activation), activation, 8, examples=16, axis=1)
