import math

import numpy as np
import pytest
import scipy.special

from bnact.theory.rates.batch_sphere import Fineness, example_rule, pair_rule

SIZES = (4, 5, 6, 8, 16, 64, 1024)
FINE = Fineness(1.0, 1e-20)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kinks", [(), (0.0,), (-1.0, 1.0), (-3.0, 0.3, 6.0)])
def test_moments_of_a_normalized_batch(size, kinks):
    rule = pair_rule(size, kinks, FINE)
    first, second = rule.first[:, None], rule.second
    truths = {
        1.0: rule.weights,
        0.0: rule.weights * second,
        -1.0 / (size - 1): rule.weights * first * second,
        3.0 * (size - 1) / (size + 1): rule.weights * second**4,
        # For sum x_i^2 = B.
        (size - 3.0 * (size - 1) / (size + 1)) / (size - 1): rule.weights * (first * second) ** 2,
    }
    for truth, values in truths.items():
        assert np.sum(values) == pytest.approx(truth, abs=2e-12)


@pytest.mark.parametrize("size", SIZES)
def test_one_example_is_the_first_of_two(size):
    one, two = example_rule(size, (0.5,), FINE), pair_rule(size, (0.5,), FINE)
    np.testing.assert_array_equal(one.values, two.first)
    np.testing.assert_allclose(one.weights, two.weights.sum(axis=1), rtol=1e-11)


@pytest.mark.parametrize("size", SIZES)
def test_both_above_the_mean_as_sheppard_has_it(size):
    rule = pair_rule(size, (0.0,), FINE)
    both = np.sum(rule.weights * ((rule.first > 0.0)[:, None] & (rule.second > 0.0)))
    assert both == pytest.approx(0.25 + math.asin(-1.0 / (size - 1)) / (2.0 * math.pi), abs=1e-12)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kink", [0.4, -1.0])
def test_a_kink_against_a_series_of_gegenbauer_polynomials(size, kink):
    # By Funk and Hecke E f(x1) f(x2) = sum_k E[f p_k]^2 / E[p_k^2] p_k(r), p_k polynomials with p_k(1) = 1.
    order, radius = np.arange(161 if size < 16 else 41)[:, None], math.sqrt(size - 1)
    half = (size - 3) / 2.0
    angle, weight = angles(math.asin(kink / radius))
    weight = weight * np.cos(angle) ** (size - 3)
    weight = weight / weight.sum()

    def polynomials(at):
        return scipy.special.eval_gegenbauer(order, half, at) / scipy.special.eval_gegenbauer(
            order, half, 1.0
        )

    p = polynomials(np.sin(angle))
    parts = (p @ (weight * bent(radius * np.sin(angle), kink))) ** 2 / (p**2 @ weight)
    rule = pair_rule(size, (kink,), FINE)
    mean = np.sum(rule.weights * bent(rule.first, kink)[:, None] * bent(rule.second, kink))
    assert mean == pytest.approx(float(parts @ polynomials(-1.0 / (size - 1))[:, 0]), rel=1e-8)


def bent(x, kink):
    return np.maximum(x - kink, 0.0) ** 2


def angles(edge):
    """Nodes and weights on [-pi/2, edge] and [edge, pi/2]."""
    nodes, weights = np.polynomial.legendre.leggauss(200)
    ends = np.array([-math.pi / 2.0, edge, math.pi / 2.0])
    center, half = (ends[1:] + ends[:-1]) / 2.0, np.diff(ends) / 2.0
    return (center[:, None] + half[:, None] * nodes).ravel(), (half[:, None] * weights).ravel()


def test_a_kink_that_is_not_named_is_lost():
    named, unnamed = (pair_rule(8, kinks, FINE) for kinks in ((0.3,), ()))

    def above(rule):
        return np.sum(rule.weights * ((rule.first > 0.3)[:, None] & (rule.second > 0.3)))

    finer = pair_rule(8, (0.3,), Fineness(0.5, 1e-40))
    assert above(named) == pytest.approx(above(finer), abs=1e-13)
    assert abs(above(unnamed) - above(finer)) > 1e-4
