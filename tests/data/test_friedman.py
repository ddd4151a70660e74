import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from bnact.data import friedman
from bnact.data.friedman import friedman_points


def test_without_noise_a_target_is_the_function():
    inputs, targets = friedman_points(500, 0.0)
    assert inputs.shape == (500, 10)
    assert 0.0 <= inputs.min() < inputs.max() < 1.0
    x = inputs.astype(np.float64)
    curved = 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2
    np.testing.assert_allclose(targets, curved + 10 * x[:, 3] + 5 * x[:, 4], rtol=1e-5, atol=1e-5)


def test_the_noise_is_as_large_as_it_is_said_to_be():
    noise = friedman_points(2000, 1.0).labels - friedman_points(2000, 0.0).labels
    assert abs(noise.std() - 1.0) < 0.05
    assert abs(noise.mean()) < 0.1
    share = noise.var() / friedman_points(2000, 1.0).labels.var()
    assert abs(share - 0.04) < 0.01


def test_a_regression_that_a_plane_does_not_solve():
    dataset = friedman()
    assert (dataset.name, dataset.kind, dataset.outputs, dataset.features) == (
        "friedman",
        "regression",
        1,
        10,
    )
    assert [len(split.labels) for split in (dataset.train, dataset.validation, dataset.test)] == [
        1200,
        400,
        400,
    ]
    assert 0.6 < LinearRegression().fit(*dataset.train).score(*dataset.test) < 0.85


def test_the_task_is_the_same_for_ever():
    assert friedman().hash == "94f20bfb42fe76816f63341cfaee3330ca687cd9b47fbfcf343f56049444610a"
    assert friedman(noise=0.5).hash != friedman().hash


@pytest.mark.parametrize(
    "arguments", [{"examples": 9}, {"noise": -0.5}, {"noise": float("nan")}, {"noise": float("inf")}]
)
def test_bad_arguments_are_named(arguments):
    (name, value), *_ = arguments.items()
    message = f"friedman: there must be at least 10 examples, .*{name}={value}.*; use 2000 and 1.0"
    with pytest.raises(ValueError, match=message):
        friedman(**arguments)
