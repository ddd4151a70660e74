import numpy as np
import pytest

from bnact.studies import Rows
from bnact.training.log import HISTOGRAM_BINS
from experiments.founding_claims import CLAIMS
from experiments.founding_claims.relu_spreads import exact_shares
from experiments.founding_claims.signal.rectified_panel import rectified_panel
from tests.experiments.founding_claims.plausible_claims import decided, rows_of
from tests.studies.plausible_rows import diverged

CLAIM = CLAIMS["relu_spreads"]


def test_half_is_zero_and_a_sixth_lies_above_one():
    assert exact_shares() == pytest.approx((0.5, 0.34134474606854, 0.15865525393146), abs=1e-9)


def test_the_output_leaves_the_interval_and_the_effect_is_the_share_after_training():
    verdict = decided("relu_spreads")
    assert verdict.verdict == "refuted"
    # plausible_rows draws inputs of standard deviation 1.6 after training: P(z < 1 / 1.6).
    assert verdict.effect == pytest.approx(0.734, abs=0.01)
    assert "15.9 %" in verdict.sentence


def with_bin(place):
    counts = np.zeros((2, 64))
    counts[:, place] = 100.0
    changed = (row._replace(log=row.log._replace(histogram=counts)) for row in rows_of("relu_spreads"))
    return CLAIM.decide(Rows(tuple(changed)))


def test_networks_inside_the_interval_leave_it_undecided_against_the_theory():
    assert with_bin(33).verdict == "undecided"
    assert with_bin(33).effect == 1.0


def test_the_last_bin_inside_and_the_first_beyond_are_told_apart():
    assert (with_bin(35).effect, with_bin(36).effect) == (1.0, 0.0)


def test_diverged_runs_count_none():
    rows = rows_of("relu_spreads").rows
    broken = Rows(tuple(diverged(row) if row.setting.seed == 3 else row for row in rows))
    assert CLAIM.decide(broken).n == 9
    assert CLAIM.decide(Rows(tuple(map(diverged, rows)))).verdict == "undecided"
    assert not CLAIM.figures(Rows(tuple(map(diverged, rows))))[0].panels


def test_the_shares_of_a_normal_input_are_those_of_the_claimed_end():
    counts = np.ones(HISTOGRAM_BINS)
    assert "For a normal input: 50.0%, 34.1% and 15.9%." in rectified_panel("a", counts, 1.0).alternative
    assert "For a normal input: 50.0%, 47.7% and 2.3%." in rectified_panel("a", counts, 2.0).alternative
