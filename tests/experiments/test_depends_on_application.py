"""Do rankings depend on the application by more than on the seed?"""

import numpy as np
import pytest
import scipy.stats

from bnact.studies import Rows
from bnact.studies.comparison import compare
from experiments.founding_claims import CLAIMS, depends_on_application
from experiments.founding_claims.applications import (
    NETWORKS,
    Application,
    applications_at,
    found_in,
    groups_of,
    ranked_groups,
    settings_at,
)
from experiments.founding_claims.depends_on_application import CLEAR, decision_from_any, decision_of
from experiments.founding_claims.rank_agreement import agreements, lost, lost_by_seed, orders, reliability
from experiments.founding_claims.scale import DEFAULT, QUICK
from tests.experiments.founding_rows import SCALE, SETTINGS
from tests.studies.plausible_rows import diverged, plausible_rows

CLAIM = CLAIMS["depends_on_application"]
LADDER = np.linspace(0.90, 0.97, len(NETWORKS))
PLACES = {(pair.activation, pair.order): place for place, pair in enumerate(NETWORKS)}


def quality(**ladders):
    """Accuracies of the networks by what is special about the application; the same ladder otherwise."""

    def found(setting):
        special = [
            ladders[name]
            for name in (setting.data, f"depth_{setting.depth}", f"width_{setting.width}")
            if name in ladders
        ]
        ladder = special[0] if special else LADDER
        return ladder[PLACES[setting.activation, setting.order]]

    return found


ONE_RATE = SCALE._replace(learning_rates=(0.03,))


def rows_with(quality, scale=ONE_RATE):
    return plausible_rows(CLAIM.settings(scale), quality)


@pytest.mark.parametrize(
    ("quality", "answer", "words"),
    [
        (quality(), "refuted", "No: what two applications order, they order alike"),
        (quality(teacher=LADDER[::-1]), "supported", "across tasks"),
        (quality(depth_8=LADDER[::-1]), "supported", "across depths"),
        (quality(width_16=LADDER[::-1]), "supported", "across widths"),
        # Better everywhere by as much is the same ranking.
        (quality(teacher=LADDER - 0.3), "refuted", "No: "),
        # Where nothing can be ranked there is no order to lose.
        (quality(depth_8=np.full(8, 0.95)), "undecided", "Not clear: across depths seeds alone"),
        (lambda setting: 0.95, "undecided", "Not clear: "),
    ],
)
def test_the_claim_is_decided_by_its_rule(quality, answer, words):
    verdict = CLAIM.decide(rows_with(quality))
    assert verdict.verdict == answer, verdict.sentence
    assert words in verdict.sentence
    assert verdict.n == 10
    assert verdict.low <= verdict.effect <= verdict.high


def test_its_runs_are_few_and_those_of_its_own_task_shared():
    settings = CLAIM.settings(DEFAULT)
    assert len(settings) == len(set(settings)) == 5 * len(NETWORKS) * 4 * 10
    assert settings == CLAIM.settings(DEFAULT._replace(data="teacher"))
    shared = set(settings) & set(CLAIMS["norm_after_activation"].settings(DEFAULT))
    assert len(shared) == 2 * len(NETWORKS) * 4 * 10
    assert {setting.width for setting in settings} == {64, 16}


def test_applications_are_grouped_by_what_alone_differs():
    groups = groups_of(applications_at(DEFAULT))
    assert [each.data for each in groups["tasks"]] == ["digits", "breast_cancer", "teacher"]
    assert [each.depth for each in groups["depths"]] == [2, 8]
    assert [each.width for each in groups["widths"]] == [64, 16]
    assert groups_of([Application("teacher", 8, 64), Application("breast_cancer", 8, 64)]) == {}
    assert list(groups_of(applications_at(DEFAULT._replace(depths=(4,))))) == ["tasks", "widths"]
    assert found_in(rows_with(quality())) == applications_at(SCALE)


def test_missing_applications_seeds_and_networks_leave_it_undecided():
    rows = rows_with(quality(teacher=LADDER[::-1]))
    one = rows.select(data="digits", depth=2, width=64)
    assert CLAIM.decide(one).sentence.startswith("There is nothing to decide from")
    assert CLAIM.decide(rows_with(quality(), QUICK)).verdict == "undecided"
    two_seeds = Rows(tuple(row for row in rows if row.setting.seed < 2))
    assert CLAIM.decide(two_seeds).sentence.startswith("There is nothing to decide from")
    # Without its deep runs on digits it has groups left, but not the three that a refutation needs.
    shallow = Rows(tuple(row for row in rows_with(quality()) if row.setting.depth == 2))
    assert CLAIM.decide(shallow).verdict == "undecided"


def test_a_network_that_one_application_lacks_is_left_out_of_its_group():
    rows = Rows(
        tuple(
            row
            for row in rows_with(quality())
            if not (row.setting.data == "teacher" and row.setting.activation == "gelu")
        )
    )
    tasks, depths, _ = ranked_groups(rows)
    assert tasks.accuracies.shape == (3, 10, 6)
    assert depths.accuracies.shape == (2, 10, 8)
    assert len(CLAIM.table(rows).rows) == 8
    assert "–" in " ".join(CLAIM.table(rows).rows[2])


def test_diverged_networks_are_last_and_survived():
    rows = rows_with(quality())
    # The best two of the ladder.
    lost_ids = {row.id for row in rows.select(activation="sigmoid", data="teacher")}
    broken = Rows(tuple(diverged(row) if row.id in lost_ids else row for row in rows))
    assert [line[3] for line in CLAIM.table(broken).rows][-2:] == ["0.0 (7.5)", "0.0 (7.5)"]
    assert CLAIM.decide(broken).verdict == "supported"


@pytest.mark.parametrize(
    ("outcomes", "rankable", "answer"),
    [
        (("above", "below", "below"), False, "supported"),
        (("below", "below", "below"), True, "refuted"),
        (("below", "below", "below"), False, "undecided"),
        (("below", "below"), True, "undecided"),
        (("below", "unclear", "below"), True, "undecided"),
        ((), True, "undecided"),
    ],
)
def test_one_loss_is_enough_and_a_refutation_needs_all_three(outcomes, rankable, answer):
    (made,) = compare({"": np.linspace(0.0, 0.1, 10)}, 0.0, 0.0)
    family = [made._replace(label=str(place), outcome=each) for place, each in enumerate(outcomes)]
    assert decision_from_any(family, rankable).answer == answer


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


def test_figures_have_labels_with_units_and_are_told_in_words():
    rows = rows_with(quality(teacher=LADDER[::-1]))
    decisive, ranks = CLAIM.figures(rows)
    assert "<!-- agreement lost (points of Kendall's tau) -->" in decisive.panels[0].svg
    assert "across tasks: +" in decisive.panels[0].alternative
    assert [panel.title for panel in ranks.panels] == ["Across tasks", "Across depths", "Across widths"]
    for panel in ranks.panels:
        assert "<!-- rank by accuracy (1 is best) -->" in panel.svg
        assert "<!-- application -->" in panel.svg
    assert (
        "at digits, breast_cancer, teacher. relu, batch norm before: 8, 8, 1." in ranks.panels[0].alternative
    )
    assert len(ranks.legend) == len(NETWORKS)


def test_settings_are_those_of_the_scale():
    assert settings_at(SCALE) == SETTINGS[CLAIM.id] == depends_on_application.settings(SCALE)
    assert decision_of(Rows()).deciding is None
