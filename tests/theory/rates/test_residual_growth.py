import math

import numpy as np
import pytest

from bnact.theory import batch_norm_rate, layer_norm_rate, residual_growth
from tests.theory.simulated_growth import Shape, norms


def test_variance_grows_by_one_branch_a_block():
    growth = residual_growth("relu", 4, weight_scale=2.0, variance=3.0)
    branch = 4.0 * (0.5 - 0.5 / math.pi)
    np.testing.assert_allclose(growth.variance, 3.0 + branch * np.arange(5), rtol=1e-12)


def test_gradients_grow_polynomially():
    rate = batch_norm_rate("relu")
    growth = residual_growth("relu", 4000)
    deep, deeper = np.prod(growth.gradient[:2000]), np.prod(growth.gradient)
    assert math.log(deeper / deep) / math.log(2.0) == pytest.approx(rate, rel=1e-2)


def test_without_a_norm_they_grow_exponentially():
    growth = residual_growth("relu", 5, "none", weight_scale=2.0)
    np.testing.assert_allclose(growth.gradient, 3.0, rtol=1e-12)
    np.testing.assert_allclose(growth.variance, 3.0 ** np.arange(6), rtol=1e-12)


@pytest.mark.parametrize("norm", ["layer", "rms"])
def test_each_example_on_its_own(norm):
    growth = residual_growth("tanh", 3, norm)
    branch = growth.variance[1] - 1.0
    expected = 1.0 + layer_norm_rate("tanh") * branch / growth.variance[:-1]
    np.testing.assert_allclose(growth.gradient, expected, rtol=1e-12)


@pytest.mark.parametrize(
    "name, norm",
    [
        ("relu", "batch"),
        pytest.param("tanh", "batch", marks=pytest.mark.slow),
        pytest.param("relu", "layer", marks=pytest.mark.slow),
        pytest.param("tanh", "layer", marks=pytest.mark.slow),
    ],
)
def test_networks_of_width_512_grow_as_predicted(name, norm):
    shape = Shape(16, norm, depth=8, residual=True)
    every = [norms(name, shape, seed) for seed in range(4)]
    predicted = residual_growth(name, 8, norm, 16 if norm == "batch" else None)
    gradient = np.exp(np.mean([np.log(one.gradient[0] / one.gradient[-1]) for one in every]))
    assert gradient ** (1 / 8) == pytest.approx(np.prod(predicted.gradient) ** (1 / 8), rel=0.02)
    if norm == "batch":
        variance = np.mean([one.variance for one in every], axis=0)
        np.testing.assert_allclose(variance, predicted.variance, rtol=0.03)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"depth": 0}, "depth must be an integer of at least 1; got 0; use 1"),
        (
            {"norm": "group"},
            "norm must be one of .*'batch', 'layer', 'rms', 'none'.*; got 'group'; use 'layer'",
        ),
        (
            {"norm": "layer", "batch_size": 8},
            "batch_size must be None unless norm is 'batch'.*; leave it out",
        ),
        ({"batch_size": 3}, "batch_size must be an integer of at least 4"),
        ({"variance": 0.0}, "variance must be finite and positive; got 0.0; pass that of the input"),
        ({"variance": np.ones(2)}, "variance must be one number; got array.*; loop over the values"),
        ({"weight_scale": -1.0}, "weight_scale must be finite and positive; got -1.0"),
        ({"activation": "sign"}, "must not jump"),
    ],
)
def test_arguments_without_a_meaning(arguments, message):
    with pytest.raises(ValueError, match=f"residual_growth: .*{message}"):
        residual_growth(**{"activation": "relu", "depth": 3, **arguments})


@pytest.mark.parametrize("of_numpy", [np.int64(4), np.array(4)])
def test_an_integer_of_any_kind_is_a_depth(of_numpy):
    one, other = (residual_growth("relu", depth, batch_size=depth) for depth in (4, of_numpy))
    np.testing.assert_array_equal(one.gradient, other.gradient)


def test_a_variance_that_outgrows_every_float():
    with pytest.raises(
        ValueError, match="residual_growth: .*; got square, .* at variance=.*; use a smaller depth"
    ):
        residual_growth("square", 30, "none")
