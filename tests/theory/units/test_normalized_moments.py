import math

import mpmath
import numpy as np
import pytest

from bnact.theory import (
    batch_variance_moment,
    normalized_absolute_moment,
    normalized_distribution,
    normalized_moment,
)
from tests.theory.drawn import STANDARD_ERRORS, agrees, normalized_batches


def assert_mean(values, mean):
    assert abs(values.mean() - mean) <= STANDARD_ERRORS * values.std() / math.sqrt(values.size)


@pytest.mark.parametrize("batch_size", [2, 3, 4, 8, 100, 10**6])
def test_whole_orders_in_closed_form(batch_size):
    n = batch_size - 1
    assert normalized_moment(0, batch_size) == 1.0
    assert normalized_moment(2, batch_size) == pytest.approx(1.0, rel=1e-14)
    assert normalized_moment(4, batch_size) == pytest.approx(3.0 * n / (n + 2), rel=1e-14)
    assert normalized_moment(6, batch_size) == pytest.approx(15.0 * n**2 / ((n + 2) * (n + 4)), rel=1e-14)
    assert normalized_moment(3, batch_size) == 0.0


@pytest.mark.parametrize("batch_size", [3, 5, 8, 30])
@pytest.mark.parametrize("order", [-0.4, 0.5, 1.0, 3.0, 4.0])
def test_absolute_moments_against_drawn_batches(batch_size, order):
    # One value of each batch: its others are not independent of it.
    values = np.abs(normalized_batches(batch_size, 100_000)[:, 0]) ** order
    assert_mean(values, normalized_absolute_moment(order, batch_size))


def test_the_moments_of_a_normal_are_told_from_those_of_a_batch():
    values = normalized_batches(8, 100_000)[:, 0] ** 4
    assert abs(values.mean() - 3.0) > STANDARD_ERRORS * values.std() / math.sqrt(values.size)


def test_two_values_are_one_away():
    assert normalized_absolute_moment(2.7, 2) == pytest.approx(1.0, rel=1e-14)


def test_an_infinite_batch_has_the_moments_of_a_normal():
    assert normalized_absolute_moment(1.0, 10**12) == pytest.approx(math.sqrt(2.0 / math.pi), rel=1e-11)


@pytest.mark.parametrize("batch_size", [4, 5, 8, 1000])
def test_moments_of_the_variance_in_closed_form(batch_size):
    n = batch_size - 1
    assert batch_variance_moment(-1.0, batch_size) == pytest.approx(batch_size / (n - 2), rel=1e-14)
    assert batch_variance_moment(1.0, batch_size, 3.0) == pytest.approx(3.0 * n / batch_size, rel=1e-14)
    assert batch_variance_moment(2.0, batch_size) == pytest.approx(n * (n + 2) / batch_size**2, rel=1e-14)


@pytest.mark.parametrize("order", [-0.5, 0.5, 1.5])
def test_moments_of_the_variance_against_drawn_batches(order):
    variances = 2.5 * np.random.default_rng(0).normal(size=(100_000, 6)).var(axis=1)
    assert_mean(variances**order, batch_variance_moment(order, 6, 2.5))


@pytest.mark.parametrize("batch_size", [3, 4, 5, 8, 64, 1000, 10**6])
def test_the_distribution_against_many_digits(batch_size):
    values = np.array([-30.0, -2.2, -1.0, -0.3, 0.0, 0.7, 1.9, 3.0, 6.5])
    expected = []
    for value in values:
        with mpmath.workdps(30):
            share = min(mpmath.mpf(value) ** 2 / (batch_size - 1), 1)
            within = mpmath.betainc(0.5, mpmath.mpf(batch_size - 2) / 2, 0, share, regularized=True)
        expected.append(0.5 + math.copysign(0.5, value) * float(within))
    np.testing.assert_allclose(normalized_distribution(values, batch_size), expected, atol=1e-14)


@pytest.mark.parametrize("batch_size", [2, 3, 7])
def test_the_distribution_against_drawn_batches(batch_size):
    values = normalized_batches(batch_size, 100_000)[:, 0]
    assert all(agrees(values <= at, normalized_distribution(at, batch_size)) for at in (-0.9, 0.2, 0.8))


def test_the_ends_of_the_distribution():
    np.testing.assert_array_equal(normalized_distribution([-1.5, -1.0, 0.0, 1.0], 2), [0.0, 0.5, 0.5, 1.0])
    assert normalized_distribution(math.inf, 8) == pytest.approx(1.0, abs=1e-15)
    assert normalized_distribution(-math.inf, 8) == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize("order", [-1, 2.0, True])
def test_an_order_that_is_none(order):
    with pytest.raises(ValueError, match="normalized_moment: order must be an integer of at least 0; got"):
        normalized_moment(order, 8)


@pytest.mark.parametrize("order", [-1.0, math.nan, math.inf])
def test_an_order_without_a_mean(order):
    with pytest.raises(ValueError, match="order must be finite and above -1; got"):
        normalized_absolute_moment(order, 8)


def test_an_inverse_variance_without_a_mean():
    with pytest.raises(
        ValueError, match=r"above -\(B - 1\) / 2; got order=-1.0 at batch_size=3; use a larger"
    ):
        batch_variance_moment(-1.0, 3)


@pytest.mark.parametrize("variance", [0.0, -1.0, math.nan])
def test_a_variance_that_is_none(variance):
    with pytest.raises(ValueError, match="variance must be positive and finite; got"):
        batch_variance_moment(1.0, 8, variance)


def test_a_value_that_is_none():
    with pytest.raises(ValueError, match="value must not be NaN; got nan"):
        normalized_distribution(math.nan, 8)


@pytest.mark.parametrize(
    "function",
    [normalized_moment, normalized_absolute_moment, batch_variance_moment, normalized_distribution],
)
def test_a_batch_of_one(function):
    with pytest.raises(ValueError, match=f"{function.__name__}: batch_size must be an integer of at least 2"):
        function(2, 1)
