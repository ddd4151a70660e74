"""The learning rate at which a network's speed is measured is chosen by other seeds than the measured one."""

import numpy as np

from bnact.studies import Rows
from bnact.training import Setting
from experiments.founding_claims.speed.fastest_rate import fastest_cell
from experiments.founding_claims.speed.time_to_target import mean_steps
from tests.studies.plausible_rows import plausible_row

TARGET, STEPS = 0.9, 250
POINTS = np.arange(STEPS + 1, dtype=np.int32)


def run(rate, seed, steps, final=0.95):
    """A run that reaches the target at a step, and its end right after; infinity for never."""
    row = plausible_row(Setting(learning_rate=rate, seed=seed, steps=STEPS))
    before = np.minimum(TARGET * POINTS / steps, TARGET) if np.isfinite(steps) else np.zeros(len(POINTS))
    accuracy = np.where(before < TARGET, before, TARGET)
    accuracy[-1] = final if np.isfinite(steps) else min(final, 0.5)
    return row._replace(log=row.log._replace(step=POINTS, validation_accuracy=accuracy))


def rows_of(steps, final=lambda rate: 0.95):
    """Runs from the steps at each rate, seed by seed."""
    return Rows(
        tuple(run(rate, seed, each, final(rate)) for rate in steps for seed, each in enumerate(steps[rate]))
    )


def steps_and_rates(rows):
    cell = fastest_cell(rows, TARGET)
    assert cell is not None
    steps = [round(mean_steps([row.log], TARGET)) for row in cell.rows]
    return steps, [row.setting.learning_rate for row in cell.rows], cell.learning_rate


def test_a_seeds_own_run_does_not_choose_its_rate():
    # At each rate one seed is lucky; chosen on all, the rate of the luckiest would win for every seed.
    rows = rows_of({0.01: [20, 100, 100], 0.1: [95, 95, 95]})
    assert steps_and_rates(rows) == ([95, 100, 100], [0.1, 0.01, 0.01], 0.01)


def test_more_rates_that_serve_a_network_do_not_make_it_faster():
    noise = np.random.RandomState(0)

    def ratio():
        """Geometric mean, over seeds, of two equal networks' steps: one has a single rate, one has eight."""
        one = {0.1: 80.0 + 20.0 * noise.rand(6)}
        many = {0.01 * (1 + each): 80.0 + 20.0 * noise.rand(6) for each in range(8)}
        steps = [np.log(steps_and_rates(rows_of(each))[0]) for each in (one, many)]
        return np.mean(steps[0] - steps[1])

    found = np.array([ratio() for _ in range(40)])
    # The standard error of the mean is near 0.006; by the least of eight means it would be near 0.05.
    assert abs(found.mean()) < 0.02


def test_of_equally_fast_rates_the_more_accurate_is_taken_then_the_smaller():
    never = {0.01: [np.inf] * 3, 0.03: [np.inf] * 3, 0.1: [np.inf] * 3}
    assert steps_and_rates(rows_of(never, lambda rate: 0.4 if rate == 0.03 else 0.3))[2] == 0.03
    assert steps_and_rates(rows_of(never, lambda rate: 0.3))[2] == 0.01


def test_the_rate_shown_is_the_one_that_most_seeds_choose_and_says_if_it_is_at_the_edge():
    cell = fastest_cell(rows_of({0.01: [50] * 3, 0.03: [40] * 3, 0.1: [60] * 3}), TARGET)
    assert cell is not None
    assert (cell.learning_rate, cell.at_edge) == (0.03, False)
    at_edge = fastest_cell(rows_of({0.01: [30] * 3, 0.03: [40] * 3}), TARGET)
    assert at_edge is not None
    assert at_edge.at_edge


def test_a_single_seed_is_taken_at_its_own_fastest_rate_and_nothing_without_runs():
    assert steps_and_rates(rows_of({0.01: [50], 0.03: [40]})) == ([40], [0.03], 0.03)
    assert fastest_cell(Rows(), TARGET) is None
