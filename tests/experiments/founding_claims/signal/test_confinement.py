"""Whether outputs behind batch norm lie inside an interval."""

import numpy as np
import pytest
import scipy.stats

from bnact.studies import Rows
from experiments.founding_claims import relu_spreads, sigmoid_confined
from experiments.founding_claims.signal.activation_inputs import MOMENTS
from experiments.founding_claims.signal.confinement import (
    NOTHING,
    Interval,
    cells_behind_norm,
    confinement_of,
)
from tests.experiments.founding_claims.plausible_claims import rows_of

CLAIMS = {"relu_spreads": relu_spreads, "sigmoid_confined": sigmoid_confined}


@pytest.mark.parametrize(
    ("interval", "outputs"),
    [(relu_spreads.INTERVAL, (0.0, 1.0)), (sigmoid_confined.INTERVAL, (0.5, 1 / (1 + np.exp(-1.0))))],
)
def test_the_ends_of_an_interval_are_the_outputs_of_its_inputs(interval, outputs):
    assert interval.outputs == pytest.approx(outputs, abs=1e-6)


@pytest.mark.parametrize("high", [0.5, 1.0, 2.0])
def test_the_exact_share_is_that_of_a_normal_input(high):
    between = scipy.stats.norm.cdf(high) - scipy.stats.norm.cdf(0.0)
    assert Interval("sigmoid", 0.0, high).exact_share == pytest.approx(between, abs=1e-6)
    assert Interval("relu", -8.0, high).exact_share == pytest.approx(scipy.stats.norm.cdf(high), abs=1e-6)


@pytest.mark.parametrize("name", CLAIMS)
def test_every_run_at_both_moments_is_held_against_the_bar(name):
    rows, interval = rows_of(name), CLAIMS[name].INTERVAL
    found = confinement_of(interval, rows)
    runs = sum(len(cell.rows) for cell in cells_behind_norm(interval, rows))
    assert len(found.shares) == len(MOMENTS) * runs
    assert found.answer == "refuted"
    assert found.low <= found.effect <= found.high


def test_an_interval_that_holds_everything_is_supported_and_one_that_does_not_is_refuted():
    rows = rows_of("sigmoid_confined")
    wide = Interval("sigmoid", -8.0, 8.0)
    assert confinement_of(wide, rows).answer == "supported"
    narrow = confinement_of(Interval("sigmoid", 0.0, 1.0), rows)
    assert narrow.answer == "refuted"


@pytest.mark.parametrize("name", CLAIMS)
def test_without_a_run_nothing_is_decided(name):
    verdict = CLAIMS[name].decide(Rows())
    assert (verdict.verdict, verdict.n, verdict.sentence) == ("undecided", 0, NOTHING)
