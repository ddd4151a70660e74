"""Speed-ups, their bounds where runs never arrive, and the verdict on ten times."""

import dataclasses

import numpy as np
import pytest

from bnact.studies import Pair, Rows
from bnact.studies.claim import Costs
from experiments.claims.chosen import ActivationAt, runs_of
from experiments.founding_claims import CLAIMS
from experiments.founding_claims.speed.fastest_rate import fastest_cell
from experiments.founding_claims.speed.hidden_norms import deciding_target, found_speedups
from experiments.founding_claims.speed.speedup import (
    Speedup,
    bounds_of,
    certainty,
    compared,
    interval_in_times,
    times_in_words,
)
from experiments.founding_claims.speed.time_to_target import (
    counted_steps,
    mean_steps,
    steps_in_words,
    steps_of,
)
from tests.experiments.founding_claims.plausible_claims import SCALE, SETTINGS
from tests.studies.plausible_rows import diverged, plausible_row

CLAIM = CLAIMS["ten_times_faster"]
NEVER = np.inf
STEPS = float(SCALE.steps)


def row_with(setting, steps):
    """A run that learns evenly until some step and keeps what it has; never is a run that stays low."""
    row = plausible_row(setting)
    points = np.arange(SCALE.steps + 1, dtype=np.int32)
    jitter = 1.0 + 0.02 * np.random.RandomState(setting.seed).standard_normal()
    accuracy = (
        np.full(len(points), 0.1) if np.isinf(steps) else np.clip(points / (steps * jitter), 0.0, 1.0) * 0.95
    )
    return row._replace(log=row.log._replace(step=points, validation_accuracy=accuracy))


def rows_with(steps):
    return Rows(tuple(row_with(setting, steps(setting)) for setting in SETTINGS[CLAIM.id]))


def slow_without(plain, normed, where=lambda setting: True):
    """Steps without and with the norm where so chosen; elsewhere 200 and 10."""

    def steps(setting):
        without, with_norm = (plain, normed) if where(setting) else (200.0, 10.0)
        found = without if setting.norm == "none" else with_norm
        return found * (1.0 if setting.learning_rate == 0.1 else 1.2)

    return steps


def deep_relu(setting):
    return setting.activation == "relu" and setting.depth == 8


@pytest.mark.parametrize(
    ("steps", "answer", "words"),
    [
        (slow_without(200.0, 10.0), "supported", "Yes: batch norm trains ten times faster"),
        (slow_without(NEVER, 10.0), "supported", "Yes: "),
        (slow_without(100.0, 10.0), "undecided", "Not clear: "),
        (slow_without(100.0, 20.0, deep_relu), "refuted", "5.0 times as fast with relu at depth 8"),
        (slow_without(20.0, 100.0, deep_relu), "refuted", "0.2 times as fast with relu at depth 8"),
        (slow_without(20.0, NEVER, deep_relu), "refuted", "with relu at depth 8"),
        # All steps over 60 are four times at least, and no run says more.
        (slow_without(NEVER, 60.0, deep_relu), "undecided", "Not clear: "),
        (slow_without(NEVER, NEVER, deep_relu), "undecided", "Not clear: "),
    ],
)
def test_ten_times_is_decided_by_its_rule(steps, answer, words):
    verdict = CLAIM.decide(rows_with(steps))
    assert verdict.verdict == answer, verdict.sentence
    assert words in verdict.sentence
    assert 0.0 <= verdict.low <= verdict.high
    assert np.isnan(verdict.effect) or verdict.low <= verdict.effect <= verdict.high
    assert verdict.n == 10


def test_a_lower_bound_is_said_to_be_one():
    rows = rows_with(slow_without(NEVER, 60.0, deep_relu))
    (line,) = [line for line in CLAIM.table(rows).rows if line[:2] == ("relu", "8")]
    assert line[2].endswith("(0 of 10)")
    least = found_speedups(rows)[1].low
    effect = times_in_words(10.0 ** np.log10(least).mean())
    assert line[4] == f"at least {effect}"
    assert line[5].endswith(" or more")
    alone = Rows(tuple(row for row in rows if row.setting.activation == "relu" and row.setting.depth == 8))
    assert f"at least {effect} times" in CLAIM.decide(alone).sentence


def test_an_upper_bound_and_no_bound_are_said_too():
    def columns(plain, normed):
        rows = rows_with(slow_without(plain, normed, deep_relu))
        return next(line[4:6] for line in CLAIM.table(rows).rows if line[:2] == ("relu", "8"))

    effect, interval = columns(20.0, NEVER)
    assert effect == "at most 0.1"
    assert interval.startswith("0.0 to ")
    assert columns(NEVER, NEVER) == ("–", "–")
    # One seed without the norm never arrives, and another one with it: neither mean has a bound.
    lost = rows_with(lambda s: NEVER if s.seed == (0 if s.norm == "none" else 1) else 50.0)
    neither = lost.select(activation="relu")
    assert CLAIM.decide(neither).sentence.startswith("Not clear: in every comparison some runs never reach")
    assert CLAIM.figures(neither)


def test_each_network_is_taken_at_the_rate_that_is_fastest_for_it():
    def steps(setting):
        best = 0.03 if setting.norm == "none" else 0.1
        return (200.0 if setting.norm == "none" else 10.0) * (1.0 if setting.learning_rate == best else 9.0)

    # At one rate for both the ratio would be 180 or 2.
    effects = [np.log10(each.low).mean() for each in found_speedups(rows_with(steps))]
    np.testing.assert_allclose(effects, np.log10(20.0), atol=0.02)


RELU, TANH = ActivationAt("relu", 2), ActivationAt("tanh", 2)


def speedup_of(pairs, key=RELU):
    low, high = np.array([bounds_of(plain, normed, 300.0) for plain, normed in pairs]).T
    cell = without_norm(slow_without(200.0, 10.0))
    return Speedup(key, cell, cell, low, high)


def without_norm(steps):
    cell = fastest_cell(runs_of(rows_with(steps), Pair("relu", "none"), 2), 0.9)
    assert cell is not None
    return cell


def test_runs_that_never_arrive_do_not_pass_for_runs_that_arrive_at_the_end():
    # Counted as arriving at step 300, these would be five times, and below ten beyond doubt.
    (censored,) = compared([speedup_of([(NEVER, 60.0)] * 10)], 10.0)
    (arrived,) = compared([speedup_of([(300.0, 60.0)] * 10)], 10.0)
    assert (censored.outcome, arrived.outcome) == ("unclear", "below")
    assert (censored.p_value, censored.high) == (1.0, NEVER)
    # Nor does one seed that never learns with the norm let the others speak.
    (one_lost,) = compared([speedup_of([(290.0, 10.0)] * 9 + [(290.0, NEVER)])], 10.0)
    assert one_lost.outcome == "unclear"
    assert one_lost.low == 0.0
    assert one_lost.effect < one_lost.high < NEVER


def test_a_cap_decides_nothing_on_its_own():
    # Nine seeds far below ten, and one of which only S is known: its cap would leave the mean below.
    (capped,) = compared([speedup_of([(60.0, 60.0)] * 9 + [(NEVER, 60.0)])], 10.0)
    assert (capped.outcome, capped.high) == ("unclear", NEVER)
    # Nine far above a tenth, and one that never learns with the norm.
    (floored,) = compared([speedup_of([(60.0, 60.0)] * 9 + [(60.0, NEVER)])], 0.1)
    assert (floored.outcome, floored.low) == ("unclear", 0.0)
    # Of two comparisons the open one costs the other its place in Holm's correction, no more.
    both = compared([speedup_of([(NEVER, NEVER)] * 10), speedup_of([(60.0, 60.0)] * 10, TANH)], 10.0)
    assert [each.outcome for each in both] == ["unclear", "below"]
    assert np.isnan(both[0].effect)
    assert interval_in_times(both[0]) == "–"


def test_what_stands_before_a_ratio_says_what_is_known():
    assert certainty(speedup_of([(NEVER, 60.0)])) == "at least "
    assert certainty(speedup_of([(300.0, 60.0)])) == ""
    assert certainty(speedup_of([(300.0, 60.0), (300.0, NEVER)])) == "at most "
    assert certainty(speedup_of([(NEVER, 60.0), (NEVER, NEVER)])) == ""


def test_the_target_is_a_share_of_the_best_and_none_where_nothing_was_learnt():
    rows = rows_with(slow_without(200.0, 10.0))
    assert deciding_target(rows) == pytest.approx(0.95 * 0.95)
    lost = Rows(tuple(diverged(plausible_row(setting)) for setting in SETTINGS[CLAIM.id]))
    assert np.isnan(deciding_target(lost))
    assert np.isnan(deciding_target(Rows()))
    assert steps_of(lost.rows[0].log, 0.5) == NEVER
    assert counted_steps(lost.rows[0].log, 0.5) == STEPS
    assert CLAIM.decide(lost).verdict == "undecided"


def test_steps_are_at_least_one_and_a_run_that_never_arrives_counts_with_all():
    (one, *_) = rows_with(slow_without(NEVER, 10.0)).select(norm="batch", learning_rate=0.1)
    (never, *_) = rows_with(slow_without(NEVER, 10.0)).select(norm="none")
    assert steps_of(one.log, 0.0) == 1.0
    assert mean_steps([one.log, never.log], 0.9) == pytest.approx((STEPS + steps_of(one.log, 0.9)) / 2)
    assert steps_in_words(without_norm(slow_without(NEVER, 10.0)), 0.9) == f"{STEPS:.0f} (0 of 10)"


def test_a_depth_that_is_missing_is_left_out():
    rows = rows_with(slow_without(200.0, 10.0))
    assert {str(each.key) for each in found_speedups(rows.select(depth=2))} == {
        f"{name}, depth 2" for name in ("relu", "gelu", "tanh", "sigmoid")
    }
    assert found_speedups(rows.select(norm="batch")) == ()
    assert CLAIM.decide(rows.select(norm="batch")).sentence.startswith("There is nothing to decide from")


def test_seconds_are_steps_times_what_a_step_takes_at_the_largest_depth():
    rows = rows_with(slow_without(200.0, 10.0))
    step = {"relu, none, before": 0.001, "relu, batch, before": 0.002}
    assert CLAIM.clock is not None
    line, *others = CLAIM.clock(rows, Costs({}, {}, step)).rows
    assert line[:2] == ("relu", "8")
    assert [other[:2] for other in others] == [(name, "8") for name in ("gelu", "tanh", "sigmoid")]
    assert {other[2:] for other in others} == {("–", "–", "–")}
    assert float(line[2]) == pytest.approx(0.19, rel=0.05)
    assert float(line[4]) == pytest.approx(10.0, rel=0.05)
    assert CLAIM.clock(Rows(), Costs({}, {}, step)).rows == ()


@pytest.mark.parametrize(
    "other", [{"data": "teacher"}, {"architecture": "residual_mlp"}, {"depth": 4}, {"width": 32}]
)
def test_seconds_are_shown_only_of_what_was_timed(other):
    rows = rows_with(slow_without(200.0, 10.0))
    moved = Rows(
        tuple(row._replace(setting=dataclasses.replace(row.setting, **other)) for row in rows.select(depth=8))
    )
    assert CLAIM.clock is not None
    assert found_speedups(moved)
    table = CLAIM.clock(moved, Costs({}, {}, {"relu, none, before": 0.001, "relu, batch, before": 0.002}))
    assert table.rows == ()
    assert "mlp of 8 layers of 64 units on digits" in table.notes[0]


def test_the_figure_has_its_axis_and_is_told_in_words():
    rows = rows_with(slow_without(NEVER, 60.0, deep_relu)).select(activation="relu")
    decisive, *curves = CLAIM.figures(rows)
    (panel,) = decisive.panels
    assert "<!-- steps without / with norm (times) -->" in panel.svg
    assert "relu, depth 8: 4." in panel.alternative
    assert "interval" in panel.alternative
    assert len(curves) == 1
