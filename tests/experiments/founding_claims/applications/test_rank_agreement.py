"""Agreement of rankings: only networks that two applications order contrary take from it."""

import numpy as np
import pytest
import scipy.stats

from bnact.studies.comparison import compare
from experiments.founding_claims.applications.applications import NETWORKS
from experiments.founding_claims.applications.rank_agreement import (
    agreements,
    lost,
    lost_by_seed,
    orders,
    reliability,
)
from experiments.founding_claims.depends_on_application import CLEAR

LADDER = np.linspace(0.90, 0.97, len(NETWORKS))


def noisy(ladders, noises, random, seeds=10):
    return np.stack(
        [
            ladder + noise * random.standard_normal((seeds, len(ladder)))
            for ladder, noise in zip(ladders, noises, strict=True)
        ]
    )


@pytest.mark.parametrize(
    "noises", [(0.005, 0.005, 0.005), (0.02, 0.02, 0.02), (0.003, 0.01, 0.04), (0.2, 0.2, 0.2)]
)
@pytest.mark.parametrize("ladder", [LADDER, np.full(8, 0.95), np.repeat((0.9, 0.95), 4)])
def test_noise_of_seeds_alone_is_never_a_loss(noises, ladder):
    random = np.random.RandomState(0)
    found = [noisy([ladder] * 3, noises, random) for _ in range(10)]
    outcomes = [compare({"": lost_by_seed(each)}, CLEAR, 0.0)[0].outcome for each in found]
    assert "above" not in outcomes
    assert np.mean([lost(each) for each in found]) < 0.03
    # Its twin that asks only whether rankings agree would call the same noise a difference.
    if noises[0] >= 0.02:
        assert np.mean([1.0 - agreements(each)[0, 1] for each in found]) > 0.5


HALVES = np.array(
    [
        [0.94, 0.95, 0.96, 0.97, 0.93, 0.93, 0.93, 0.93],
        [0.96, 0.96, 0.96, 0.96, 0.92, 0.93, 0.94, 0.95],
    ]
)
"""One common order, of which the first separates the better half and the second the worse."""


def smaller_within_minus_between(accuracies):
    """The twin: it takes for a loss what only one of the two orders."""
    found = agreements(accuracies)
    return min(found[0, 0], found[1, 1]) - found[0, 1]


def test_two_that_separate_other_networks_of_one_common_order_lose_nothing():
    found = [noisy(HALVES, [0.003] * 2, np.random.RandomState(seed)) for seed in range(20)]
    outcomes = [compare({"": lost_by_seed(each)}, CLEAR, 0.0)[0].outcome for each in found]
    assert "above" not in outcomes
    assert max(map(lost, found)) < CLEAR / 2
    assert min(map(smaller_within_minus_between, found)) > CLEAR


def test_applications_that_order_other_networks_have_no_order_to_lose():
    first, second = np.tile([0.9, 0.909, 0.918], (3, 1)), np.tile([0.9, 0.92, 0.909], (3, 1))
    np.testing.assert_allclose(np.diag(agreements(np.stack([first, second]))), [1 / 3, 2 / 3])
    assert reliability(np.stack([first, second])) == 0.0
    assert reliability(np.stack([first, first])) == pytest.approx(1 / 3)


def test_noise_of_other_size_on_other_networks_is_no_loss():
    random = np.random.RandomState(3)
    noise = np.array([[0.002] * 4 + [0.05] * 4, [0.05] * 4 + [0.002] * 4])
    found = [np.stack([LADDER + each * random.standard_normal((10, 8)) for each in noise]) for _ in range(20)]
    outcomes = [compare({"": lost_by_seed(each)}, CLEAR, 0.0)[0].outcome for each in found]
    assert "above" not in outcomes
    assert np.mean([lost(each) for each in found]) < 0.03
    assert max(map(smaller_within_minus_between, found)) > CLEAR


def test_an_order_wholly_reversed_takes_two_from_tau_and_one_pair_its_share():
    same = np.tile(LADDER * 3.0, (4, 1))
    assert lost(np.stack([same, same[:, ::-1]])) == 2.0
    swapped = same[:, [1, 0, *range(2, 8)]]
    assert lost(np.stack([same, swapped])) == pytest.approx(2.0 / 28.0)
    assert lost(np.stack([same, same])) == 0.0


def test_a_reversed_ladder_is_a_loss_under_noise_too():
    random = np.random.RandomState(0)
    found = [noisy([LADDER, LADDER[::-1]], [0.02, 0.02], random) for _ in range(5)]
    assert {compare({"": lost_by_seed(each)}, CLEAR, 0.0)[0].outcome for each in found} == {"above"}


def test_tau_is_scipys_where_nothing_is_tied():
    random = np.random.RandomState(0)
    accuracies = random.random((2, 4, 6))
    ordered = orders(accuracies, margin=0.0)
    taus = np.einsum("asp,btp->abst", ordered, ordered) / ordered.shape[-1]
    for first, second in np.ndindex(4, 4):
        expected, _ = scipy.stats.kendalltau(accuracies[0, first], accuracies[1, second])
        assert taus[0, 1, first, second] == pytest.approx(expected)
    off = ~np.eye(4, dtype=bool)
    margins = [orders(accuracies), ordered]
    of_margin = np.einsum("asp,btp->abst", margins[0], margins[0]) / ordered.shape[-1]
    np.testing.assert_allclose(agreements(accuracies), of_margin[:, :, off].mean(axis=-1))


def test_the_values_of_seeds_have_the_loss_as_their_mean_and_ties_order_nothing():
    accuracies = noisy([LADDER, LADDER[::-1], LADDER], [0.02] * 3, np.random.RandomState(1))
    assert lost_by_seed(accuracies).mean() == pytest.approx(lost(accuracies))
    assert lost_by_seed(accuracies).shape == (10,)
    assert not orders(np.full((3, 4), 0.9)).any()
    assert not orders(np.array([0.9, 0.905])).any()
    assert reliability(np.full((2, 3, 4), 0.9)) == 0.0
