import json
import math
import pathlib

import numpy as np
import pytest

from bnact.activations import ACTIVATIONS, threshold
from bnact.numerics.quadrature import expectation
from bnact.theory import normalized_bound, output_bound, output_density, output_mass, output_quantiles

SIGMOID = json.loads((pathlib.Path(__file__).parents[2] / "reference_cases.json").read_text())[
    "gaussian_facts_sigmoid"
]
ERROR = SIGMOID["analytic"]
INVERTIBLE = [name for name, act in ACTIVATIONS.items() if act.inverse is not None]
MONOTONE = [name for name, act in ACTIVATIONS.items() if act.monotone != "no"]


def sigmoid(x):
    return 1.0 / (1.0 + math.exp(-x))


@pytest.fixture(scope="module")
def normal():
    return np.random.default_rng(0).normal(size=1_000_000).astype(np.float32)


def test_published_sigmoid_facts():
    act = ACTIVATIONS["sigmoid"]
    mean = expectation(act)
    assert abs(math.sqrt(expectation(lambda z: (act(z) - mean) ** 2)) - SIGMOID["sd"]) < ERROR
    assert abs(expectation(act.derivative) - SIGMOID["mean_derivative"]) < ERROR
    mass = output_mass("sigmoid", sigmoid(0.0), sigmoid(1.0))
    assert abs(mass - SIGMOID["mass_between_sigmoid0_and_sigmoid1"]) < ERROR
    quantiles = output_quantiles("sigmoid", [0.025, 0.975])
    np.testing.assert_allclose(quantiles, SIGMOID["central_95_percent"], atol=ERROR)


@pytest.mark.parametrize("name", INVERTIBLE)
def test_the_density_integrates_to_the_mass(name):
    # Midpoints between quantiles of z, so that the sum converges without knowing the shape.
    edges = np.asarray(ACTIVATIONS[name](np.linspace(-2.0, 1.5, 20_001).astype(np.float64)), np.float64)
    middle, width = (edges[1:] + edges[:-1]) / 2.0, np.diff(edges)
    total = np.sum(output_density(name, middle) * width)
    assert total == pytest.approx(output_mass(name, edges[0], edges[-1]), abs=1e-4)


def test_density_of_the_sigmoid_in_closed_form():
    y = np.array([0.1, 0.5, 0.73])
    x = np.log(y / (1 - y))
    expected = np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi) / (y * (1 - y))
    np.testing.assert_allclose(output_density("sigmoid", y), expected, rtol=1e-12)


def test_density_outside_the_range_is_zero():
    np.testing.assert_array_equal(output_density("sigmoid", [-0.5, 0.0, 1.0, 2.0]), 0.0)
    assert output_density("softplus", -1.0) == 0.0


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_mass_against_samples(name, normal):
    outputs = np.asarray(ACTIVATIONS[name](normal))
    low, high = np.array([-10.0, -0.15, -0.05, 0.0, 0.3]), np.array([0.0, -0.1, 0.2, 0.0, 10.0])
    sampled = np.mean((low[:, None] <= outputs) & (outputs <= high[:, None]), axis=1)
    np.testing.assert_allclose(output_mass(name, low, high), sampled, atol=3e-3)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_all_of_the_mass_is_in_the_range(name):
    # A minimum that is attained is a square root of a rounding wide.
    error = 1e-14 if name in MONOTONE else 1e-7
    assert output_mass(name, *ACTIVATIONS[name].range) == pytest.approx(1.0, abs=error)


def test_an_atom_counts_at_both_ends():
    assert output_mass("relu", 0.0, 0.0) == pytest.approx(0.5, abs=1e-14)
    assert output_mass("relu", -1.0, 0.0) == pytest.approx(0.5, abs=1e-14)
    assert output_mass("relu", 1e-300, 1.0) == pytest.approx(0.5 - math.erfc(math.sqrt(0.5)) / 2, abs=1e-14)


@pytest.mark.parametrize("name", MONOTONE)
def test_quantiles_against_samples(name, normal):
    probabilities = np.array([0.1, 0.45, 0.9])  # none is where a step is
    sampled = np.quantile(np.asarray(ACTIVATIONS[name](normal)), probabilities)
    np.testing.assert_allclose(output_quantiles(name, probabilities), sampled, atol=1e-2)


def test_a_normalized_batch_attains_its_bound():
    for batch_size in (2, 3, 64):
        batch = np.zeros(batch_size)
        batch[0] = 1.0
        normalized = (batch - batch.mean()) / batch.std()
        assert normalized.max() == pytest.approx(normalized_bound(batch_size), rel=1e-12)


def test_no_batch_exceeds_the_bound():
    batches = np.random.default_rng(0).standard_t(1.5, size=(1000, 16))
    deviations = batches - batches.mean(axis=1, keepdims=True)
    normalized = deviations / batches.std(axis=1, keepdims=True)
    assert np.abs(normalized).max() <= normalized_bound(16)


def test_batch_norm_does_not_confine_the_sigmoid():
    assert output_bound("sigmoid", 2) == pytest.approx((sigmoid(-1.0), sigmoid(1.0)))
    reach = math.sqrt(63)
    assert output_bound("sigmoid", 64) == pytest.approx((sigmoid(-reach), sigmoid(reach)))


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("scale, shift", [(1.0, 0.0), (-0.5, 0.3), (2.0, -4.0), (0.0, 1.0)])
def test_output_bound_is_the_image_of_the_interval(name, scale, shift):
    reach = normalized_bound(16)
    outputs = np.asarray(
        ACTIVATIONS[name]((scale * np.linspace(-reach, reach, 10_001) + shift).astype(np.float32))
    )
    expected = float(outputs.min()), float(outputs.max())
    # As far as the grid may miss a kink.
    assert output_bound(name, 16, scale, shift) == pytest.approx(expected, abs=2e-4)


def test_the_turn_of_a_function_is_not_missed():
    assert output_bound("gelu", 64)[0] == pytest.approx(ACTIVATIONS["gelu"].range[0], abs=1e-15)


def test_a_minimum_at_a_kink_is_exact():
    assert output_bound("abs", 16, -0.5, 0.3)[0] == 0.0


FALLING = threshold(at=1.0, below=3.0)
"""3 up to 1, where it falls to 1 and grows again."""


def test_mass_beside_a_jump():
    below_one = 1.0 - math.erfc(math.sqrt(0.5)) / 2.0
    assert output_mass(FALLING, 3.0, 3.0) == pytest.approx(below_one, abs=1e-14)
    assert output_mass(FALLING, 1.0, 2.9) == pytest.approx(
        (math.erfc(math.sqrt(0.5)) - math.erfc(2.9 * math.sqrt(0.5))) / 2.0, abs=1e-14
    )
    assert output_mass("hard_shrink", 0.0, 0.0) == pytest.approx(math.erf(0.5 * math.sqrt(0.5)), abs=1e-14)
    assert output_mass("sign", -0.5, 0.5) == pytest.approx(0.0, abs=1e-14)


def test_the_bound_of_outputs_beside_a_jump():
    assert output_bound(FALLING, 5) == pytest.approx((1.0, 3.0), abs=1e-14)
    assert output_bound("hard_shrink", 17, 0.25) == pytest.approx((-1.0, 1.0))


def test_quantiles_of_an_activation_that_jumps_down():
    with pytest.raises(ValueError, match=r"must not decrease; got threshold.*, which turns at \(1.0,\)"):
        output_quantiles(FALLING, 0.5)


@pytest.mark.parametrize("batch_size", [1, 0, -3, 2.0, True])
def test_a_batch_that_cannot_be_normalized(batch_size):
    with pytest.raises(ValueError, match="batch_size must be an integer of at least 2; got"):
        normalized_bound(batch_size)
    with pytest.raises(ValueError, match="batch_size must be an integer of at least 2; got"):
        output_bound("relu", batch_size)


def test_parameters_that_are_not_finite():
    with pytest.raises(ValueError, match="scale and shift must be finite; got scale=nan, shift=0.0"):
        output_bound("relu", 8, math.nan)


@pytest.mark.parametrize("name", ["relu", "gelu", "silu", "mish"])
def test_a_density_without_an_inverse(name):
    with pytest.raises(
        ValueError, match=f"must have an inverse; got {name}, which has none; use output_mass"
    ):
        output_density(name, 0.5)


def test_an_interval_the_wrong_way_round():
    with pytest.raises(ValueError, match=r"low must not exceed high; got low=1.0, high=0.0; swap them"):
        output_mass("sigmoid", 1.0, 0.0)
    with pytest.raises(ValueError, match="low must not exceed high"):
        output_mass("sigmoid", math.nan, 0.0)


def test_quantiles_of_an_activation_that_turns():
    with pytest.raises(ValueError, match="must not decrease; got gelu, which turns at .-0.75179"):
        output_quantiles("gelu", 0.5)


def test_probabilities_that_are_none():
    with pytest.raises(ValueError, match=r"probabilities must be within .0, 1.; got 1.5; clip them"):
        output_quantiles("sigmoid", 1.5)


@pytest.mark.parametrize("fn", [output_density, output_quantiles])
def test_an_unknown_activation(fn):
    with pytest.raises(ValueError, match="nearest: sigmoid"):
        fn("sigmoyd", 0.5)
