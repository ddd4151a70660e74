import numpy as np
import pytest

from bnact.studies import Rows
from experiments.founding_claims import CLAIMS
from experiments.founding_claims.units.sigmoid_slope import slopes
from experiments.founding_claims.units.unit_shares import through_training
from tests.experiments.founding_claims.plausible_claims import decided, rows_of
from tests.studies.plausible_rows import diverged

CLAIM = CLAIMS["sigmoid_never_learns"]


def with_saturated(share_of):
    changed = []
    for row in rows_of(CLAIM.id):
        scatter = 0.01 * np.random.RandomState(row.setting.seed).uniform()
        shares = np.full(row.log.saturated.shape, share_of(row.setting) + scatter)
        changed.append(row._replace(log=row.log._replace(saturated=shares)))
    return Rows(tuple(changed))


def test_units_that_are_hardly_saturated_refute():
    verdict = decided("sigmoid_never_learns")
    assert (verdict.verdict, verdict.n) == ("refuted", 10)
    assert verdict.effect == pytest.approx(0.05, abs=1e-6)
    assert "in 4 of 4 networks at most 5.0 %" in verdict.sentence


def test_units_saturated_everywhere_support_and_one_network_that_is_not_refutes():
    assert CLAIM.decide(with_saturated(lambda setting: 0.9)).verdict == "supported"
    one = CLAIM.decide(with_saturated(lambda s: 0.2 if (s.norm, s.depth) == ("none", 8) else 0.9))
    assert (one.verdict, round(one.effect, 1)) == ("refuted", 0.2)


def test_shares_are_averaged_over_steps_and_not_over_points():
    log = rows_of(CLAIM.id).rows[0].log
    early = log._replace(saturated=np.where(np.arange(len(log.step)) < 6, 1.0, 0.0)[:, None] * [1.0, 1.0])
    steps = np.asarray(log.step, float)
    expected = (steps[5] + (steps[6] - steps[5]) / 2) / steps[-1]
    assert through_training(early, np.asarray(early.saturated)) == pytest.approx(expected)
    assert early.saturated.mean() == pytest.approx(0.6)
    changed = [
        row._replace(
            log=row.log._replace(saturated=np.broadcast_to(early.saturated[:, :1], row.log.saturated.shape))
        )
        for row in rows_of(CLAIM.id)
    ]
    verdict = CLAIM.decide(Rows(tuple(changed)))
    # The mean over points says that most are saturated.
    assert (verdict.verdict, round(verdict.effect, 6)) == ("refuted", round(expected, 6))


def test_half_of_them_leaves_it_undecided():
    assert CLAIM.decide(with_saturated(lambda setting: 0.495)).verdict == "undecided"


def test_the_norm_after_decides_nothing():
    rows = with_saturated(lambda s: 0.1 if s.order == "after" else 0.9)
    assert CLAIM.decide(rows).verdict == "supported"


def test_a_network_that_always_diverged_keeps_it_from_being_supported():
    rows = with_saturated(lambda setting: 0.9).rows
    broken = Rows(tuple(diverged(row) if row.setting.norm == "none" else row for row in rows))
    assert CLAIM.decide(broken).verdict == "undecided"
    assert CLAIM.decide(Rows(tuple(map(diverged, rows)))).n == 0


def test_the_textbook_formula_is_lost_at_seventeen_and_the_registered_derivative_is_not():
    found = slopes()
    assert 16.0 < found.x[found.lost] < 18.0
    assert np.all(found.textbook[found.lost :] == 0.0)
    assert np.all(found.textbook[: found.lost] > 0.0)
    np.testing.assert_allclose(found.ours, found.true, rtol=1e-6)
    assert found.true[found.lost] > 1e-8
