import numpy as np
import pytest

from bnact.studies import Rows
from experiments.founding_claims import CLAIMS
from experiments.founding_claims.sigmoid_confined import INTERVAL
from tests.experiments.founding_claims.plausible_claims import decided, rows_of
from tests.studies.plausible_rows import diverged


def test_sigmoid_is_not_confined_and_the_effect_is_the_share_after_training():
    verdict = decided("sigmoid_confined")
    assert verdict.verdict == "refuted"
    # plausible_rows draws inputs of standard deviation 1.6 after training.
    assert verdict.effect == pytest.approx(0.234, abs=0.01)
    assert "34.1 %" in verdict.sentence


def test_a_diverged_sigmoid_network_counts_none():
    rows = rows_of("sigmoid_confined").rows
    broken = Rows(
        tuple(diverged(row) if (row.setting.seed, row.setting.depth) == (3, 2) else row for row in rows)
    )
    claim = CLAIMS["sigmoid_confined"]
    verdict, kept = claim.decide(broken), Rows(tuple(row for row in rows if row.setting.seed != 3))
    assert (verdict.verdict, verdict.n) == ("refuted", 9)
    assert verdict.effect == claim.decide(kept).effect
    assert claim.decide(Rows(tuple(map(diverged, rows)))).verdict == "undecided"
    assert not claim.figures(Rows(tuple(map(diverged, rows))))[0].panels


def test_a_histogram_that_lacks_inputs_counts_none():
    def halved(row):
        histogram = np.stack([row.log.histogram[0], row.log.histogram[1] // 2])
        return row._replace(log=row.log._replace(histogram=histogram)) if row.setting.seed == 3 else row

    assert CLAIMS["sigmoid_confined"].decide(Rows(tuple(map(halved, rows_of("sigmoid_confined"))))).n == 9


def test_the_exact_share_is_the_reference_value():
    assert INTERVAL.exact_share == pytest.approx(0.34134474606854, abs=1e-6)


def test_networks_that_do_confine_leave_it_undecided_against_the_theory():
    counts = np.zeros((2, 64))
    counts[:, 33] = 100.0
    rows = Rows(
        tuple(row._replace(log=row.log._replace(histogram=counts)) for row in rows_of("sigmoid_confined"))
    )
    assert CLAIMS["sigmoid_confined"].decide(rows).verdict == "undecided"
