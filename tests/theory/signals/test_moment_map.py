import json
import math
import pathlib

import numpy as np
import pytest

from bnact.activations import ACTIVATIONS
from bnact.theory import moment_map, moment_map_jacobian

CASE = json.loads((pathlib.Path(__file__).parents[2] / "reference_cases.json").read_text())["selu"]
MEANS, VARIANCES = np.array([0.0, 0.7, -2.0]), np.array([[1.0], [0.2], [40.0]])


def mass(x):
    return math.erfc(-x / math.sqrt(2.0)) / 2.0


def density(x):
    return math.exp(-(x**2) / 2.0) / math.sqrt(2.0 * math.pi)


def relu_moments(mean, variance):
    spread = math.sqrt(variance)
    first = mean * mass(mean / spread) + spread * density(mean / spread)
    second = (mean**2 + variance) * mass(mean / spread) + mean * spread * density(mean / spread)
    return first, second - first**2


def sin_moments(mean, variance):
    first = math.sin(mean) * math.exp(-variance / 2.0)
    return first, (1.0 - math.cos(2.0 * mean) * math.exp(-2.0 * variance)) / 2.0 - first**2


def step_moments(mean, variance):
    first = mass(mean / math.sqrt(variance))
    return first, first * (1.0 - first)


CLOSED = {"relu": relu_moments, "sin": sin_moments, "step": step_moments}


@pytest.mark.parametrize("name", CLOSED)
@pytest.mark.parametrize("mean", [0.0, 0.8, -1.5])
@pytest.mark.parametrize("variance", [1e-4, 1.0, 30.0, 1000.0])
def test_closed_forms(name, mean, variance):
    truth = CLOSED[name](mean, variance)
    np.testing.assert_allclose(np.array(moment_map(name, mean, variance)), truth, atol=1e-12, rtol=1e-12)


@pytest.mark.parametrize("mean, variance", [(0.0, 1.0), (0.8, 0.3), (-1.5, 30.0)])
@pytest.mark.parametrize("name", CLOSED)
def test_the_jacobian_of_closed_forms(name, mean, variance):
    def by(step, of):
        above, below = (CLOSED[name](*(np.array([mean, variance]) + sign * step)) for sign in (1.0, -1.0))
        return (above[of] - below[of]) / (2.0 * np.max(step))

    truth = [[by(np.array(step), of) for step in ([1e-5, 0.0], [0.0, 1e-5])] for of in (0, 1)]
    np.testing.assert_allclose(moment_map_jacobian(name, mean, variance), truth, rtol=0, atol=1e-8)


def test_published_jacobian_of_selu():
    (_, by_variance), (_, spread_by_variance) = moment_map_jacobian("selu", 0.0, 1.0)
    assert abs(by_variance - CASE["dmean_dvariance"]) < CASE["analytic"]
    assert abs(spread_by_variance - CASE["dvariance_dvariance"]) < CASE["analytic"]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_over_many_inputs(name):
    variances = np.minimum(VARIANCES, 4.0)
    means, spreads = (np.asarray(of) for of in moment_map(name, MEANS, variances))
    draws = np.random.default_rng(0).normal(size=200_000).astype(np.float32)
    outputs = np.asarray(ACTIVATIONS[name](0.7 + math.sqrt(0.2) * draws), np.float64)
    assert means[1, 1] == pytest.approx(outputs.mean(), abs=5.0 * outputs.std() / 200_000**0.5)
    assert spreads[1, 1] == pytest.approx(outputs.var(), rel=0.05)


@pytest.mark.parametrize("name", ["gelu", "hard_shrink", "square"])
def test_the_jacobian_is_that_of_the_map(name):
    def outputs(inputs):
        return np.array(moment_map(name, *inputs))

    for mean, variance in [(0.3, 0.8), (-1.0, 3.0)]:
        step = 1e-5
        columns = [
            (outputs((mean + a, variance + b)) - outputs((mean - a, variance - b))) / (2 * step)
            for a, b in [(step, 0.0), (0.0, step)]
        ]
        np.testing.assert_allclose(
            moment_map_jacobian(name, mean, variance), np.stack(columns, -1), rtol=1e-7, atol=1e-8
        )


def test_arrays_broadcast_and_numbers_stay_numbers():
    moments = np.array(moment_map("tanh", MEANS, VARIANCES))
    slopes = moment_map_jacobian("tanh", MEANS, VARIANCES)
    assert moments.shape == (2, 3, 3)
    assert slopes.shape == (3, 3, 2, 2)
    one = moment_map("tanh", 0.7, 40.0)
    assert isinstance(one.mean, float)
    assert isinstance(one.variance, float)
    np.testing.assert_allclose(moments[:, 2, 1], np.array(one), rtol=1e-13)
    np.testing.assert_allclose(slopes[2, 1], moment_map_jacobian("tanh", 0.7, 40.0), rtol=1e-12, atol=1e-15)


def test_an_input_that_does_not_vary():
    mean, variance = moment_map("tanh", 0.5, 0.0)
    assert mean == pytest.approx(math.tanh(0.5), rel=1e-14)
    assert variance == pytest.approx(0.0, abs=1e-28)
    with pytest.raises(ValueError, match="variance must be finite and positive; got 0.0; use"):
        moment_map_jacobian("tanh", 0.5, 0.0)


@pytest.mark.parametrize("of", [moment_map, moment_map_jacobian])
def test_what_is_refused(of):
    with pytest.raises(ValueError, match="nearest: tanh"):
        of("tahn", 0.0, 1.0)
    with pytest.raises(ValueError, match=f"{of.__name__}: mean must be finite; got nan; leave"):
        of("tanh", math.nan, 1.0)
    for variance in (-1.0, math.nan, math.inf):
        with pytest.raises(
            ValueError, match=f"{of.__name__}: variance must be finite and .*; got {variance}; "
        ):
            of("tanh", 0.0, variance)
    with pytest.raises(
        ValueError, match="got exponential at mean=0, variance=10000, where it overflows.*; lower the"
    ):
        of("exponential", 0.0, 1e4)
