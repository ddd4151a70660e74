"""Do rankings depend on the application by more than on the seed?"""

import numpy as np
import pytest

from bnact.studies import Rows
from bnact.studies.comparison import compare
from experiments.claims.scale import DEFAULT, QUICK
from experiments.founding_claims import CLAIMS, depends_on_application
from experiments.founding_claims.applications.applications import (
    NETWORKS,
    Application,
    applications_at,
    found_in,
    groups_of,
    ranked_groups,
    settings_at,
)
from experiments.founding_claims.depends_on_application import decision_from_any, decision_of
from tests.experiments.founding_claims.plausible_claims import SCALE, SETTINGS
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
    family = [made._replace(key=str(place), outcome=each) for place, each in enumerate(outcomes)]
    assert decision_from_any(family, rankable).answer == answer


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
