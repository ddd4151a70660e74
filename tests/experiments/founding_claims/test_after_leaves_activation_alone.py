import numpy as np
import pytest

from bnact.studies import Rows
from experiments.founding_claims import CLAIMS
from tests.experiments.founding_claims.plausible_claims import rows_of
from tests.studies.plausible_rows import diverged

CLAIM = CLAIMS["after_leaves_activation_alone"]


def with_shares(share_of):
    """The claim's rows with other dead and saturated shares, scattered a little from seed to seed."""
    changed = []
    for row in rows_of(CLAIM.id):
        scatter = 0.001 * np.random.RandomState(row.setting.seed + len(row.setting.norm)).uniform()
        shares = np.full(row.log.saturated.shape, share_of(row.setting) + scatter)
        changed.append(row._replace(log=row.log._replace(saturated=shares, dead=shares)))
    return Rows(tuple(changed))


def more_after(amount, activation=None):
    def share(setting):
        here = setting.order == "after" and activation in (None, setting.activation)
        return 0.3 + (amount if here else 0.0)

    return with_shares(share)


def test_equal_shares_support_that_there_is_no_effect():
    verdict = CLAIM.decide(more_after(0.002))
    assert (verdict.verdict, verdict.n) == ("supported", 10)
    assert verdict.sentence.startswith("Yes: ")


@pytest.mark.parametrize("amount", [0.1, -0.1])
def test_one_activation_that_saturates_otherwise_refutes(amount):
    verdict = CLAIM.decide(more_after(amount, "tanh"))
    assert verdict.verdict == "refuted"
    assert verdict.effect == pytest.approx(amount, abs=0.002)
    assert "tanh saturated" in verdict.sentence
    assert "2 of 8 comparisons" in verdict.sentence


def test_a_change_as_large_as_the_margin_leaves_it_undecided():
    verdict = CLAIM.decide(more_after(0.01))
    assert verdict.verdict == "undecided"
    assert verdict.sentence.startswith("Not clear: ")


def test_the_norm_before_the_activation_decides_nothing():
    before = with_shares(lambda setting: 0.0 if (setting.norm, setting.order) == ("batch", "before") else 0.3)
    assert CLAIM.decide(before).verdict == "supported"


def test_a_seed_that_diverged_either_way_is_left_out_and_one_lost_comparison_cannot_support():
    rows = more_after(0.002).rows

    def without(lost):
        return CLAIM.decide(Rows(tuple(diverged(row) if lost(row.setting) else row for row in rows)))

    assert without(lambda s: s.seed == 3 and s.norm == "none").n == 9
    assert without(lambda s: s.norm == "none" and s.activation == "relu").verdict == "undecided"


def test_a_depth_that_is_missing_is_not_compared():
    rows = Rows(tuple(row for row in more_after(0.002) if row.setting.depth == 2))
    assert CLAIM.decide(rows).verdict == "supported"
    assert {row[2] for row in CLAIM.table(rows).rows} == {"2"}


def test_the_first_steps_do_not_count_for_the_most_because_more_is_looked_at_there():
    # After the sixth of ten points, at a seventh of the steps, nothing is different.
    changed = []
    for row in more_after(0.05):
        late = np.arange(len(row.log.step)) >= 5
        here = row.setting.order == "after" and row.setting.norm == "batch"
        shares = np.where(late[:, None], row.log.saturated - (0.05 if here else 0.0), row.log.saturated)
        changed.append(row._replace(log=row.log._replace(saturated=shares, dead=shares)))
    assert CLAIM.decide(Rows(tuple(changed))).verdict == "supported"
