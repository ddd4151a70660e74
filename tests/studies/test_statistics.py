import itertools
import math

import numpy as np
import pytest
import scipy.stats

from bnact.studies.statistics import (
    bootstrap_interval,
    holm_levels,
    holm_p_values,
    share_interval,
    sign_flip_p_value,
)


def by_enumeration(values, null):
    centred = [value - null for value in values]
    observed = abs(sum(centred))
    flips = list(itertools.product((1, -1), repeat=len(centred)))
    extreme = [
        abs(sum(s * c for s, c in zip(flip, centred, strict=True))) >= observed - 1e-12 for flip in flips
    ]
    return sum(extreme) / len(flips)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("null", [0.0, -0.3, 0.5])
def test_sign_flip_is_the_enumeration(seed, null):
    values = np.random.RandomState(seed).standard_normal(7) + 0.4
    assert sign_flip_p_value(values, null) == by_enumeration(values, null)


def test_ten_seeds_that_agree_reach_two_in_1024():
    values = np.linspace(0.1, 0.2, 10)
    assert sign_flip_p_value(values) == 2 / 1024
    assert sign_flip_p_value(-values) == 2 / 1024


def test_ties_with_what_was_observed_count():
    # With > in the place of >= this would be 0, a p-value that no test can have.
    assert sign_flip_p_value(np.array([1.0, 1.0, 1.0])) == 0.25
    assert sign_flip_p_value(np.zeros(4)) == 1.0


def test_many_values_are_sampled_the_same_way_every_time():
    values = np.random.RandomState(0).standard_normal(40) + 0.3
    sampled = sign_flip_p_value(values)
    z = values.sum() / np.sqrt((values**2).sum())
    assert sampled == sign_flip_p_value(values)
    assert sampled == pytest.approx(math.erfc(z / math.sqrt(2.0)), abs=0.005)
    assert sign_flip_p_value(np.ones(40)) == 1 / 2**16


def test_holm_known_values():
    corrected = holm_p_values(np.array([0.01, 0.04, 0.03, 0.005]))
    np.testing.assert_allclose(corrected, [0.03, 0.06, 0.06, 0.02], rtol=1e-12)


def test_holm_is_neither_bonferroni_nor_uncorrected_nor_unordered():
    p_values = np.array([0.01, 0.04, 0.03, 0.005])
    corrected = holm_p_values(p_values)
    assert not np.allclose(corrected, 4 * p_values)
    assert not np.allclose(corrected, p_values)
    # Without the running maximum the third would be 1 * 0.04, below the second's 2 * 0.03.
    assert corrected[1] == corrected[2]


def test_holm_never_exceeds_one():
    assert holm_p_values(np.array([0.9, 0.8])).max() == 1.0


def test_levels_follow_the_steps_of_holm():
    corrected = holm_p_values(np.array([0.001, 0.02, 0.5]))
    np.testing.assert_allclose(holm_levels(corrected), [1 - 0.05 / 3, 1 - 0.05 / 2, 1 - 0.05])


def test_equal_p_values_share_the_strictest_level():
    np.testing.assert_allclose(holm_levels(holm_p_values(np.full(3, 0.002))), [1 - 0.05 / 3] * 3)


def test_what_is_not_rejected_shares_a_level():
    np.testing.assert_allclose(
        holm_levels(holm_p_values(np.array([0.9, 0.3, 0.001]))), [0.975, 0.975, 1 - 0.05 / 3]
    )


def test_the_same_values_give_the_same_bits():
    values = np.random.RandomState(1).standard_normal(10)
    assert bootstrap_interval(values) == bootstrap_interval(values)


def test_constant_values_give_a_point():
    assert bootstrap_interval(np.full(10, 0.25)) == (0.25, 0.25)


@pytest.mark.parametrize("values", [(0.3,), (0.3, 0.3), (0.3, 0.4), (0.3, 0.3, 0.3), (0.1, 0.2, 0.9)])
def test_fewer_than_four_values_have_no_interval(values):
    assert np.isnan(bootstrap_interval(np.array(values))).all()
    assert np.isnan(share_interval(np.array(values))).all()


def test_four_values_give_students_interval():
    low, high = bootstrap_interval(np.array([1.0, 2.0, 3.0, 4.0]))
    reach = 3.182446 * np.sqrt(5 / 3) / 2
    assert (low, high) == pytest.approx((2.5 - reach, 2.5 + reach), abs=1e-5)


@pytest.mark.parametrize(("n", "is_held"), [(2, False), (3, False), (4, True)])
def test_students_interval_of_accuracies_holds_the_mean_from_four_values_on(n, is_held):
    drawn = np.round((0.97 + 0.003 * np.random.RandomState(7).standard_normal((20_000, n))) * 360) / 360
    reach = scipy.stats.t.ppf(0.975, n - 1) * drawn.std(axis=1, ddof=1) / np.sqrt(n)
    held = np.mean(np.abs(drawn.mean(axis=1) - 0.97) <= reach + 1e-12)
    assert (held > 0.935) == is_held


def test_the_interval_of_a_share_is_one_of_shares():
    values = np.array([0.9, 1.0, 1.0, 1.0])
    assert bootstrap_interval(values)[1] > 1.0
    assert share_interval(values) == (bootstrap_interval(values)[0], 1.0)


def test_a_higher_level_is_wider_and_holds_the_lower():
    values = np.random.RandomState(2).standard_normal(10)
    narrow, wide = bootstrap_interval(values, 0.9), bootstrap_interval(values, 0.99)
    assert wide[0] < narrow[0] < values.mean() < narrow[1] < wide[1]


def test_the_interval_holds_the_mean_as_often_as_it_says_and_plain_percentiles_do_not():
    draws = np.random.RandomState(3).standard_normal((300, 10))
    picks = np.random.RandomState(4).randint(0, 10, (2000, 10))
    held = np.mean([low <= 0.0 <= high for low, high in map(bootstrap_interval, draws)])
    plain = np.quantile(draws[:, picks].mean(axis=-1), (0.025, 0.975), axis=1)
    plainly_held = np.mean((plain[0] <= 0.0) & (plain[1] >= 0.0))
    assert 0.92 <= held <= 0.98
    assert plainly_held < 0.92


def test_at_a_level_of_holm_with_too_few_resamples_in_a_tail_it_is_students_interval():
    values = np.random.RandomState(5).standard_normal(10)
    for comparisons in (3, 12):
        level = 1.0 - 0.05 / comparisons
        reach = scipy.stats.t.ppf(0.5 + level / 2, 9) * values.std(ddof=1) / np.sqrt(10)
        expected = (values.mean() - reach, values.mean() + reach)
        assert bootstrap_interval(values, level) == pytest.approx(expected, rel=1e-12)
    reach = scipy.stats.t.ppf(0.975, 9) * values.std(ddof=1) / np.sqrt(10)
    assert bootstrap_interval(values) != pytest.approx(
        (values.mean() - reach, values.mean() + reach), rel=1e-3
    )


def test_at_a_level_of_holm_it_holds_the_mean_as_often_as_it_says_and_a_normals_does_not():
    level = 1.0 - 0.05 / 12
    draws = np.random.RandomState(6).standard_normal((2000, 10))
    held = np.mean([low <= 0.0 <= high for low, high in (bootstrap_interval(each, level) for each in draws)])
    reach = scipy.stats.norm.ppf(0.5 + level / 2) * draws.std(axis=1, ddof=1) / np.sqrt(10)
    assert level - 0.004 <= held <= level + 0.003
    assert np.mean(np.abs(draws.mean(axis=1)) <= reach) < level - 0.004


def test_the_resamples_are_the_same_for_ever():
    # Written down once. RandomState's stream is frozen, so no version of numpy moves it.
    values = np.arange(8.0) ** 2
    assert bootstrap_interval(values) == (4.375, 33.125)
    assert sign_flip_p_value(np.arange(20.0) - 7.0) == 0.08221435546875
