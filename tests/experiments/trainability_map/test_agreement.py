import numpy as np
import pytest
import scipy.stats

from experiments.trainability_map.agreement import rank_agreement, spearman

DRAWS = np.random.RandomState(0).standard_normal((2, 40))


@pytest.mark.parametrize("digits", [0, 1, 8])
def test_the_correlation_is_spearmans_with_ties_at_the_mean_of_their_ranks(digits):
    first, second = DRAWS[0].round(digits), (DRAWS[0] + DRAWS[1]).round(digits)
    assert spearman(first, second) == pytest.approx(scipy.stats.spearmanr(first, second)[0], abs=1e-12)


def test_only_the_order_counts():
    assert spearman(DRAWS[0], np.exp(3.0 * DRAWS[0])) == pytest.approx(1.0)
    assert spearman(DRAWS[0], -(DRAWS[0] ** 3)) == pytest.approx(-1.0)


@pytest.mark.parametrize("values", [np.ones(5), np.ones(1), np.ones(0)])
def test_what_is_the_same_for_all_has_no_rank_agreement(values):
    found = rank_agreement(values, np.arange(float(len(values))), np.arange(len(values)))
    assert all(np.isnan([found.spearman, found.low, found.high]))
    assert found.n == len(values)


def test_the_interval_holds_the_correlation_and_is_the_same_every_time():
    first, second = DRAWS[0], DRAWS[0] + 0.5 * DRAWS[1]
    found = rank_agreement(first, second, np.arange(40))
    assert -1.0 < found.low < found.spearman < found.high < 1.0
    assert found == rank_agreement(first, second, np.arange(40))


def test_few_groups_have_no_interval():
    assert np.isnan(rank_agreement(DRAWS[0], DRAWS[1], np.arange(40) % 5).low)
    assert np.isfinite(rank_agreement(DRAWS[0], DRAWS[1], np.arange(40) % 6).low)


def test_settings_that_err_together_say_less():
    repeated = np.repeat(DRAWS[:, :10], 4, axis=1)
    first, second = repeated[0], repeated[0] + repeated[1]
    together = rank_agreement(first, second, np.repeat(np.arange(10), 4))
    apart = rank_agreement(first, second, np.arange(40))
    assert together.high - together.low > 1.4 * (apart.high - apart.low)
    assert together.spearman == apart.spearman
