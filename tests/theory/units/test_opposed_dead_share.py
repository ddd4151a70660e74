"""Dead units on batches whose examples are opposed (bnact.theory.opposed_dead_share)."""

import numpy as np
import pytest

from bnact.activations import get
from bnact.theory import dead_share
from bnact.theory.units.opposed_dead_share import opposed_dead_share
from tests.theory.drawn import agrees

DRAWN = 200_000

CASES = [
    ("relu", 4, 1.0, -0.2),
    ("relu", 8, 1.0, -0.05),
    ("hard_tanh", 4, 4.0, -1.0 / 3.0),
    ("hard_tanh", 16, 9.0, -0.05),
    ("soft_shrink", 4, 0.3, -1.0 / 3.0),
    ("soft_shrink", 32, 0.05, -1.0 / 31.0),
]


def drawn(batch_size, variance, correlation):
    """(DRAWN, batch_size) normal values with that covariance."""
    rng = np.random.default_rng(0)
    z = rng.standard_normal((DRAWN, batch_size))
    opposed = (variance * (1.0 - correlation)) ** 0.5 * (z - z.mean(axis=1, keepdims=True))
    of_mean = max(variance * (1.0 + (batch_size - 1) * correlation) / batch_size, 0.0)
    return opposed + of_mean**0.5 * rng.standard_normal((DRAWN, 1))


@pytest.mark.parametrize("name, batch_size, variance, correlation", CASES)
def test_it_is_the_share_of_drawn_batches(name, batch_size, variance, correlation):
    h = drawn(batch_size, variance, correlation)
    flat = np.any([(h >= low) & (h <= high) for low, high in get(name).flat], axis=0)
    found = opposed_dead_share(get(name), batch_size, variance, correlation)
    assert agrees(np.all(flat, axis=1), found)


# In the others the two differ by less than is drawn.
@pytest.mark.parametrize("name, batch_size, variance, correlation", [*CASES[:3], CASES[4]])
def test_it_is_not_that_of_independent_examples(name, batch_size, variance, correlation):
    h = drawn(batch_size, variance, correlation)
    flat = np.any([(h >= low) & (h <= high) for low, high in get(name).flat], axis=0)
    independent = dead_share(name, batch_size, variance=variance)
    assert not agrees(np.all(flat, axis=1), independent)


@pytest.mark.parametrize("batch_size", [4, 5, 8, 64])
def test_relu_is_never_dead_on_values_that_sum_to_0(batch_size):
    found = opposed_dead_share(get("relu"), batch_size, 2.0, -1.0 / (batch_size - 1))
    assert found == pytest.approx(0.0, abs=1e-8 if batch_size < 8 else 1e-12)


@pytest.mark.parametrize("correlation", [0.0, -1e-14, -1e-9, -1e-7])
@pytest.mark.parametrize("name, batch_size", [("relu", 4), ("hard_tanh", 8)])
def test_hardly_opposed_is_independent(correlation, name, batch_size):
    found = opposed_dead_share(get(name), batch_size, 3.0, correlation)
    assert found == pytest.approx(dead_share(name, batch_size, variance=3.0), rel=1e-5)


def test_what_is_flat_nowhere_is_never_dead():
    assert opposed_dead_share(get("tanh"), 8, 1.0, -0.1) == 0.0


@pytest.mark.parametrize("variance", [1e-6, 1e6])
def test_any_variance(variance):
    found = opposed_dead_share(get("hard_tanh"), 4, variance, -1.0 / 3.0)
    assert found == pytest.approx(0.0 if variance < 1.0 else 1.0, abs=0.01)
