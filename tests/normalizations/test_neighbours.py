"""Local response and divisive norm: what the neighbours of a feature are."""

import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations import divisive_norm, local_response_norm
from bnact.normalizations.neighbours import neighbours
from tests.normalizations.every_norm import applied

X = np.random.default_rng(0).normal(1.0, 2.0, (4, 7)).astype(np.float32)


@pytest.mark.parametrize("size", [1, 3, 5, 21])
def test_the_neighbours_are_those_within_reach(size):
    total = np.sum([np.asarray(each) for each in neighbours(jnp.asarray(X), size)], 0)
    reach = size // 2
    expected = [X[:, max(0, i - reach) : i + reach + 1].sum(1) for i in range(7)]
    np.testing.assert_allclose(total, np.stack(expected, -1), rtol=1e-5, atol=1e-5)


def test_local_response_norm_with_other_constants():
    norm = local_response_norm(size=3, alpha=0.5, beta=0.5, k=1.0)
    assert norm.init(7) == ((None, None), ())
    squares = np.pad(X.astype(np.float64) ** 2, ((0, 0), (1, 1)))
    activity = squares[:, :-2] + squares[:, 1:-1] + squares[:, 2:]
    y, _ = applied(norm, *norm.init(7), X)
    np.testing.assert_allclose(y, X / np.sqrt(1 + 0.5 * activity), rtol=1e-5)


def test_a_masked_feature_is_no_neighbour():
    norm = divisive_norm(summation=3, suppression=1, epsilon=1e-3)
    mask = np.array([[True, True, False, True, True, True, True]])
    y, _ = applied(norm, *norm.init(7), X, mask=mask)
    wide = X.astype(np.float64)
    v = wide[:, 1] - wide[:, :2].mean(1)
    np.testing.assert_allclose(np.asarray(y)[:, 1], v / np.sqrt(v**2 + 1e-3), rtol=1e-5)


def test_a_mean_of_every_feature_is_that_of_layer_norm():
    norm = divisive_norm(summation=21, suppression=21, epsilon=1e-5)
    y, _ = applied(norm, *norm.init(7), X)
    expected = (X - X.mean(-1, keepdims=True)) / np.sqrt(X.var(-1, keepdims=True) + 1e-5)
    np.testing.assert_allclose(y, expected, atol=1e-5)


@pytest.mark.parametrize("size", [0, 2, -3, 3.0])
def test_a_window_is_odd(size):
    with pytest.raises(
        ValueError, match=f"size must be an odd whole number, .*; got size={size}; use size=5"
    ):
        local_response_norm(size=size)  # pyright: ignore[reportArgumentType]
    for setting in ("summation", "suppression"):
        with pytest.raises(ValueError, match=f"^divisive_norm: {setting} must be an odd whole number"):
            divisive_norm(**{setting: size})


@pytest.mark.parametrize("setting", ["alpha", "beta", "k"])
def test_the_constants_are_positive(setting):
    match = f"^local_response_norm: {setting} must be finite and above 0; got {setting}=0.0; use 1.0$"
    with pytest.raises(ValueError, match=match):
        local_response_norm(**{setting: 0.0})  # pyright: ignore[reportArgumentType]
