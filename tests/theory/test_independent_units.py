"""Shares of dead and saturated units, held against closed forms and draws in numpy."""

import math

import numpy as np
import pytest
from scipy.stats import beta
from scipy.stats import norm as normal

from bnact import theory
from tests.theory.wide_networks import PAIRS, normalized

STANDARD_ERRORS = 4.0


def assert_drawn(events, probability):
    standard_error = math.sqrt(max(probability * (1.0 - probability), 1.0 / events.size) / events.size)
    assert abs(events.mean() - probability) < STANDARD_ERRORS * standard_error


# ----------------------------------------------------------------------------------- saturation

WEAK = 0.05  # the share of the largest slope below which a unit is saturated
# arctanh: sech^2(x) = 0.05; the sigmoid is the same at twice the argument.
TANH_BORDER = math.acosh(1 / math.sqrt(WEAK))
LARGEST_SLOPES = {"relu": 1.0, "tanh": 1.0, "sigmoid": 0.25, "hard_tanh": 1.0, "identity": 1.0, "sin": 1.0}


@pytest.mark.parametrize("scale, shift", [(1.0, 0.0), (3.0, 0.5), (-0.4, 2.0)])
def test_saturated_shares_in_closed_form(scale, shift):
    def outside(border):
        return 1 - abs(normal.cdf((border - shift) / scale) - normal.cdf((-border - shift) / scale))

    expected = {
        "identity": 0.0,
        "relu": normal.cdf(-shift / abs(scale)),
        "tanh": outside(TANH_BORDER),
        "sigmoid": outside(2 * TANH_BORDER),
        "hard_tanh": outside(1.0),
    }
    found = {name: theory.saturated_share(name, scale=scale, shift=shift) for name in expected}
    assert found == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("name", LARGEST_SLOPES)
def test_saturated_shares_drawn(name):
    z = np.random.default_rng(0).normal(size=400_000)
    weak = np.abs(PAIRS[name].slope(2.5 * z - 1.0)) < WEAK * LARGEST_SLOPES[name]
    assert_drawn(weak, theory.saturated_share(name, scale=2.5, shift=-1.0))


# --------------------------------------------------------------------------- normalized batches


def batches(batch_size, count):
    return normalized(np.random.default_rng(1).normal(size=(count, batch_size)), 1).output


def assert_mean(values, expected):
    """Values of independent batches."""
    standard_error = values.std() / math.sqrt(values.size) + 1e-12
    assert abs(values.mean() - expected) < STANDARD_ERRORS * standard_error


@pytest.mark.parametrize("batch_size", [2, 3, 7, 40])
def test_moments_drawn(batch_size):
    one = batches(batch_size, 200_000)[:, 0]
    for order in (1, 2, 3, 4, 6):
        assert_mean(one**order, theory.normalized_moment(order, batch_size))
        assert_mean(np.abs(one) ** order, theory.normalized_absolute_moment(order, batch_size))
    deviation = normalized(1.5 * np.random.default_rng(2).normal(size=(200_000, batch_size)), 1).deviation
    for order in (0.5, 1, 2):
        assert_mean(deviation ** (2 * order), theory.batch_variance_moment(order, batch_size, 2.25))


@pytest.mark.parametrize("batch_size", [3, 4, 9, 64])
def test_the_distribution_of_one_example(batch_size):
    values = np.linspace(-math.sqrt(batch_size - 1), math.sqrt(batch_size - 1), 101)
    expected = 1.0 - above(values, batch_size)
    np.testing.assert_allclose(theory.normalized_distribution(values, batch_size), expected, atol=1e-12)


# ------------------------------------------------------------------------- death under batch norm


def test_a_batch_of_three_is_a_circle():
    # The largest of three is sqrt(2) cos(angle), the angle uniform within 60 degrees.
    threshold = np.linspace(1 / math.sqrt(2), math.sqrt(2), 201)[1:-1]
    expected = 1 - 3 / math.pi * np.arccos(threshold / math.sqrt(2))
    np.testing.assert_allclose(theory.dead_under_batch_norm(-threshold, 3), expected, atol=1e-8)


def above(threshold, batch_size):
    """P(xhat > threshold) of one example: xhat / sqrt(B - 1) is a coordinate of a point of a sphere."""
    w = threshold / math.sqrt(batch_size - 1)
    return beta.sf((1 + w) / 2, (batch_size - 2) / 2, (batch_size - 2) / 2)


@pytest.mark.parametrize("batch_size", [3, 4, 5, 8, 33, 128])
def test_where_only_one_example_can_be_alive(batch_size):
    # Two examples at b leave the others too little of the variance once b^2 > (B - 2) / 2.
    low, high = math.sqrt((batch_size - 2) / 2), math.sqrt(batch_size - 1)
    threshold = np.linspace(low, high, 50)[1:-1]
    expected = 1 - batch_size * above(threshold, batch_size)
    np.testing.assert_allclose(theory.dead_under_batch_norm(-threshold, batch_size), expected, atol=1e-8)


@pytest.mark.parametrize("batch_size, thresholds", [(5, (0.7, 1.2)), (16, (1.0, 1.8)), (64, (2.0, 2.6))])
def test_death_drawn(batch_size, thresholds):
    largest = batches(batch_size, 100_000).max(axis=1)
    for threshold in thresholds:
        assert_drawn(largest <= threshold, theory.dead_under_batch_norm(-threshold, batch_size))


@pytest.mark.parametrize("batch_size", [4, 16, 128])
def test_death_only_grows_as_the_shift_falls(batch_size):
    shares = np.asarray(theory.dead_under_batch_norm(np.linspace(-12.0, 0.5, 300), batch_size))
    assert np.all(np.diff(shares) <= 1e-12)
    assert np.all((shares >= 0.0) & (shares <= 1.0))


# -------------------------------------------------------------------------------------- born dead


@pytest.mark.parametrize("widths", [(1,), (2, 3), (1, 4, 2), (10,) * 50])
def test_one_input_of_any_widths(widths):
    alive = math.prod(1 - 0.5**width for width in widths)
    assert theory.born_dead_probability(widths) == pytest.approx(1 - alive, rel=1e-12)


@pytest.mark.parametrize("widths", [(1,), (2,), (7,)])
def test_one_hidden_layer_is_born_dead_never(widths):
    """Each weight lets one side of the single input through."""
    assert theory.born_dead_probability(widths, whole_network=True) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("widths", [(2, 3), (3, 2), (2, 2, 2), (4, 2, 3, 2)])
def test_whole_networks_drawn(widths):
    rng, networks = np.random.default_rng(0), 200_000
    h = np.broadcast_to(np.array([1.0, -1.0]), (networks, 1, 2))
    for width in widths:
        h = np.maximum(rng.normal(size=(networks, width, h.shape[1])) @ h, 0.0)
    dead = np.all(h == 0.0, axis=(1, 2))
    assert_drawn(dead, theory.born_dead_probability(widths, whole_network=True))


def test_a_whole_network_dies_less_than_an_input():
    for widths in ((3, 3), (5,) * 6):
        whole = theory.born_dead_probability(widths, whole_network=True)
        assert 0.0 < whole < theory.born_dead_probability(widths)


# ------------------------------------------------------------------------------------ dead without norm


@pytest.mark.parametrize("batch_size", [1, 2, 9])
def test_dead_relus_without_a_norm(batch_size):
    """Of independent examples all are negative; of B and one more, equally correlated, one is the largest."""
    assert theory.dead_share("relu", batch_size) == pytest.approx(0.5**batch_size, rel=1e-9)
    of_half = theory.dead_share("relu", batch_size, correlation=0.5)
    assert of_half == pytest.approx(1 / (batch_size + 1), abs=1e-9)
    assert theory.dead_share("relu", batch_size, correlation=1.0) == pytest.approx(0.5, abs=1e-9)
    assert theory.dead_share("tanh", batch_size) == 0.0


@pytest.mark.parametrize("name, flat", [("relu", lambda h: h < 0), ("hard_tanh", lambda h: np.abs(h) > 1)])
def test_dead_shares_drawn(name, flat):
    rng, examples = np.random.default_rng(0), 300_000
    mean, variance, correlation = -0.4, 2.5, 0.6
    shared, own = rng.normal(size=(examples, 1)), rng.normal(size=(examples, 3))
    h = mean + math.sqrt(variance) * (math.sqrt(correlation) * shared + math.sqrt(1 - correlation) * own)
    dead = np.all(flat(h), axis=1)
    assert_drawn(dead, theory.dead_share(name, 3, mean=mean, variance=variance, correlation=correlation))


def test_dead_shares_under_batch_norm():
    for shift in (-2.0, -1.2, 0.3):
        expected = theory.dead_under_batch_norm(shift / 1.5, 8)
        found = theory.dead_share_under_batch_norm("relu", 8, scale=1.5, shift=shift)
        assert found == pytest.approx(expected, abs=1e-12)
    dead = np.all(np.abs(3.0 * batches(4, 400_000) + 0.5) > 1.0, axis=1)
    found = theory.dead_share_under_batch_norm("hard_tanh", 4, scale=3.0, shift=0.5)
    assert abs(dead.mean() - found) < 0.005


def test_saturated_shares_of_a_batch_drawn():
    x = 2.5 * batches(6, 300_000)[:, 0] - 1.0
    for name in ("tanh", "relu", "sigmoid"):
        weak = np.abs(PAIRS[name].slope(x)) < WEAK * LARGEST_SLOPES[name]
        assert_drawn(weak, theory.saturated_share(name, scale=2.5, shift=-1.0, batch_size=6))
