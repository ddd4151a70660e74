import functools
import itertools
import math
import re

import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from mpmath.calculus.quadrature import TanhSinh

from bnact.activations import ACTIVATIONS
from bnact.numerics import evaluate, expectation, normal_expectation

ERROR = 1e-10


@functools.cache
def tanh_sinh(breakpoints):
    """Nodes and weights of another quadrature than ours: that of mpmath, between breakpoints and integers."""
    ends = sorted({*range(-13, 14, 2), *breakpoints})
    rule, levels = TanhSinh(mpmath.mp), range(1, 8)
    # Each level gives the nodes between those before it.
    pairs = [
        pair
        for left, right in itertools.pairwise(ends)
        for level in levels
        for pair in rule.get_nodes(mpmath.mpf(left), mpmath.mpf(right), level, 70)
    ]
    nodes, weights = np.array(pairs, np.float64).T
    step = 1.0 / 2.0 ** levels[-1]
    return nodes, step * weights * np.exp(-(nodes**2) / 2.0) / math.sqrt(2.0 * math.pi)


def test_the_other_quadrature_is_one():
    for breakpoints in ((), (-0.5, 0.0, 1.7)):
        nodes, weights = tanh_sinh(breakpoints)
        assert np.sum(weights) == pytest.approx(1.0, abs=1e-14)
        assert np.sum(weights * np.exp(nodes)) == pytest.approx(math.exp(0.5), abs=1e-13)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_its_square_and_its_squared_derivative(name):
    act = ACTIVATIONS[name]
    nodes, weights = tanh_sinh(act.breakpoints)
    for function in (act, lambda z: np.square(act(z)), lambda z: np.square(act.derivative(z))):
        truth = float(np.sum(evaluate(function, nodes) * weights))
        # The one rule for all, and the one that refines itself.
        assert expectation(functools.partial(evaluate, function), act.breakpoints) == pytest.approx(
            truth, abs=ERROR
        )
        assert normal_expectation(function, 0.0, 1.0, act.breakpoints) == pytest.approx(truth, abs=ERROR)


def test_moments_of_any_mean_and_deviation():
    mean, deviation = np.array([[0.0], [-3.0]]), np.array([0.0, 1e-9, 1.0, 1e6])
    found = normal_expectation(np.square, mean, deviation)
    np.testing.assert_allclose(found, mean**2 + deviation**2, rtol=1e-13)


def test_a_number_gives_a_float():
    assert isinstance(normal_expectation(jnp.cos, 1.0, 2.0), float)


@pytest.mark.parametrize("deviation", [1e-6, 0.1, 1.0, 30.0, 1e3])
def test_a_kink_of_any_input(deviation):
    # E max(mean + deviation z, 0) = deviation (n(r) + r Phi(r)), r = mean / deviation
    mean = np.array([-1.0, 0.0, 0.3])
    r = mean / deviation
    truth = deviation * (np.exp(-(r**2) / 2) / math.sqrt(2 * math.pi)) + mean * np.array(
        [math.erfc(-each / math.sqrt(2)) / 2 for each in r]
    )
    found = normal_expectation(lambda x: np.maximum(x, 0.0), mean, deviation, (0.0,))
    np.testing.assert_allclose(found, truth, rtol=1e-12, atol=1e-16)


def test_a_kink_and_a_jump_that_are_not_named_are_found():
    truth = math.exp(-(0.123**2) / 2) / math.sqrt(2 * math.pi) - 0.123 * math.erfc(0.123 / math.sqrt(2)) / 2
    assert normal_expectation(lambda x: np.maximum(x - 0.123, 0.0), 0.0, 1.0) == pytest.approx(
        truth, abs=ERROR
    )
    found = normal_expectation(lambda x: (x > 0.123) * 1.0, 0.0, 1.0)
    assert found == pytest.approx(math.erfc(0.123 / math.sqrt(2)) / 2, abs=ERROR)


@pytest.mark.parametrize("deviation", [1.0, 20.0, 500.0])
def test_what_varies_often_is_resolved(deviation):
    truth = (1.0 - math.exp(-2.0 * deviation**2)) / 2.0
    assert normal_expectation(lambda x: np.sin(x) ** 2, 0.0, deviation) == pytest.approx(truth, abs=ERROR)


def test_what_is_narrow_is_resolved_where_a_kink_is_named():
    # E exp(-x^2) = 1 / sqrt(1 + 2 deviation^2)
    deviation = np.array([1e2, 1e4, 1e6])
    found = normal_expectation(lambda x: np.exp(-(x**2)), 0.0, deviation, (-8.0, -2.0, 2.0, 8.0))
    np.testing.assert_allclose(found, 1.0 / np.sqrt(1.0 + 2.0 * deviation**2), rtol=1e-11)


def test_many_rows():
    mean = np.linspace(-5.0, 5.0, 5000)
    np.testing.assert_allclose(
        normal_expectation(np.cos, mean, 1.0), np.cos(mean) * math.exp(-0.5), atol=1e-14
    )
    assert np.shape(normal_expectation(np.cos, np.zeros(0), 1.0)) == (0,)


@pytest.mark.parametrize(
    "f, deviation",
    [
        (np.exp, 9.0),  # half of its mean lies beyond 13 deviations
        (lambda x: np.where(x > 12.0, np.inf, x), 1.0),
        (lambda x: np.where(x > 2.0, np.nan, x), 1.0),
        (np.sin, 1e7),
    ],
)
def test_a_mean_that_is_not_known(f, deviation):
    shown = re.escape(f"deviation={deviation:g}; lower the")
    with pytest.raises(ValueError, match=f"finite and resolved within 13 .*{shown}"):
        normal_expectation(f, 0.0, deviation)


@pytest.mark.parametrize("mean, deviation", [(0.0, -1.0), (math.nan, 1.0), (0.0, math.inf)])
def test_arguments_that_are_none(mean, deviation):
    with pytest.raises(ValueError, match=f"deviation finite and not negative; got mean={mean}, deviation="):
        normal_expectation(np.cos, mean, deviation)


def test_a_kink_that_is_not_finite():
    with pytest.raises(ValueError, match="normal_expectation: kinks must be finite; got .0.0, nan.; leave"):
        normal_expectation(np.cos, 0.0, 1.0, (0.0, math.nan))
