import numpy as np
import pytest

from bnact.studies import Rows
from bnact.studies.tuned_cell import (
    Pair,
    cell_by,
    has_diverged,
    paired_differences,
    steps_to_target,
    tuned_cell,
    tuned_cells,
    validation_accuracy,
)
from bnact.studies.tuned_cell import (
    test_accuracy as accuracy_on_test,
)
from bnact.training.setting import Setting
from tests.studies.plausible_rows import diverged, plausible_row, plausible_rows

RATES = (0.01, 0.03, 0.1)


def settings(**fields):
    return [Setting(learning_rate=rate, seed=seed, **fields) for rate in RATES for seed in range(3)]


def best_at(rate):
    return lambda setting: 0.9 if setting.learning_rate == rate else 0.8


@pytest.mark.parametrize(("rate", "at_edge"), [(0.01, True), (0.03, False), (0.1, True)])
def test_the_rate_of_highest_validation_accuracy_is_taken_and_its_place_noted(rate, at_edge):
    cell = tuned_cell(plausible_rows(settings(), best_at(rate)))
    assert cell is not None
    assert (cell.learning_rate, cell.at_edge) == (rate, at_edge)
    assert [row.setting.seed for row in cell.rows] == [0, 1, 2]


def test_the_test_set_chooses_nothing():
    rows = plausible_rows(settings(), best_at(0.03))
    flattered = [
        row._replace(log=row.log._replace(test_accuracy=np.float32(1.0)))
        if row.setting.learning_rate == 0.1
        else row
        for row in rows
    ]
    cell = tuned_cell(Rows(tuple(flattered)))
    assert cell is not None
    assert cell.learning_rate == 0.03


def test_of_equal_rates_the_smaller_is_taken():
    row = plausible_row(Setting(learning_rate=0.1))
    rows = Rows(tuple(row._replace(setting=Setting(learning_rate=rate)) for rate in (0.1, 0.03, 0.3)))
    cell = tuned_cell(rows)
    assert cell is not None
    assert cell.learning_rate == 0.03


def test_a_diverged_run_counts_as_nothing_and_loses_its_rate():
    rows = plausible_rows(settings(), best_at(0.1))
    broken = [
        diverged(row) if (row.setting.learning_rate, row.setting.seed) == (0.1, 0) else row for row in rows
    ]
    cell = tuned_cell(Rows(tuple(broken)))
    assert cell is not None
    assert cell.learning_rate != 0.1
    log = diverged(next(iter(rows))).log
    assert has_diverged(log)
    assert (accuracy_on_test(log), validation_accuracy(log)) == (0.0, 0.0)


def test_what_diverged_is_left_out_of_a_mean_of_finished_runs():
    rows = plausible_rows([Setting(seed=seed) for seed in range(3)])
    cell = tuned_cell(Rows((diverged(rows.rows[0]), *rows.rows[1:])))
    assert cell is not None
    assert cell.diverged == 1
    assert cell.mean_of_finished(lambda log: float(log.test_accuracy)) == pytest.approx(
        np.mean([row.log.test_accuracy for row in rows.rows[1:]])
    )
    lost = tuned_cell(Rows(tuple(map(diverged, rows))))
    assert lost is not None
    assert np.isnan(lost.mean_of_finished(lambda log: 1.0))


def test_a_single_rate_is_no_edge_and_no_runs_are_no_cell():
    cell = tuned_cell(plausible_rows([Setting()]))
    assert cell is not None
    assert not cell.at_edge
    assert tuned_cell(Rows()) is None


def test_runs_of_two_cells_are_refused():
    with pytest.raises(ValueError, match="must belong to one cell; got runs of 2"):
        tuned_cell(plausible_rows([Setting(depth=2), Setting(depth=4)]))


def test_every_cell_is_found():
    rows = plausible_rows([*settings(depth=2), *settings(depth=4)])
    assert [cell.depth for cell in tuned_cells(rows)] == [2, 4]


def test_differences_are_paired_by_seed_and_not_by_position():
    found = paired_differences({0: 1.0, 1: 2.0, 3: 9.0}, {1: 0.5, 0: 0.25, 2: 7.0})
    np.testing.assert_array_equal(found, [0.75, 1.5])


@pytest.mark.parametrize(
    ("accuracy", "expected"),
    [
        ([0.1, 0.5, 0.9, 1.0], 20.0),
        ([0.1, 0.5, 0.8, 1.0], 25.0),
        ([0.95, 1.0, 1.0, 1.0], 0.0),
        ([0.1, 0.2, 0.3, 0.4], np.inf),
        ([0.1, 0.95, 0.2, 0.95], 10 * 0.8 / 0.85),
        ([0.1, np.nan, np.nan, np.nan], np.inf),
    ],
)
def test_steps_to_target_interpolate_to_the_first_crossing(accuracy, expected):
    log = plausible_row(Setting()).log._replace(
        step=np.array([0, 10, 20, 30]), validation_accuracy=np.array(accuracy)
    )
    assert steps_to_target(log, 0.9) == pytest.approx(expected)


def test_a_pair_is_named_as_a_person_says_it():
    assert Pair("relu").label == "relu, batch norm before"
    assert Pair("tanh", "none").label == "tanh, no norm"
    assert Pair("gelu", "rms", "after").placement == "rms norm after"


@pytest.mark.parametrize("scores", [{0.01: np.nan}, {0.1: np.nan}, {0.01: np.nan, 0.1: np.nan}])
def test_a_score_that_is_no_number_loses(scores):
    rows = plausible_rows(settings(), best_at(0.03))
    worst = {0.01: -5.0, 0.03: -9.0, 0.1: -5.0} | scores
    left = {rate: score for rate, score in worst.items() if not np.isnan(score)}
    cell = cell_by(rows, lambda some: worst[next(iter(some)).setting.learning_rate])
    assert cell is not None
    assert cell.learning_rate == max(left, key=lambda rate: (left[rate], -rate))
