import numpy as np
import pytest

from bnact.studies import Rows
from experiments.founding_claims import CLAIMS
from experiments.founding_claims.speed.input_networks import (
    FIRST_LAYER,
    NETWORKS,
    common_target,
    fastest,
    network_of,
)
from tests.experiments.founding_claims.plausible_claims import SCALE, SETTINGS
from tests.studies.plausible_rows import diverged, plausible_row

CLAIM = CLAIMS["input_scale"]
STEPS = SCALE.steps


def learnt_at(setting, step, final=0.95):
    """A run that goes straight from chance to its end, which it reaches at a step; infinity for never."""
    row = plausible_row(setting)
    steps = np.array([0, 1, 3, 10, 20, 40, 80, 150, 200, STEPS])
    accuracy = 0.1 + (final - 0.1) * np.minimum(steps / step, 1.0)
    log = row.log._replace(step=steps, validation_accuracy=accuracy, test_accuracy=np.float32(accuracy[-1]))
    return row._replace(log=log)


def rows_with(steps_of):
    """Steps by network and rate, with a little scatter from seed to seed."""
    return Rows(
        tuple(
            learnt_at(setting, steps_of(setting) * (1.0 + 0.01 * (setting.seed % 3)))
            for setting in SETTINGS[CLAIM.id]
        )
    )


def mixed_needs(times, at_best=10.0):
    def steps(setting):
        slow = times if network_of(setting) == NETWORKS["mixed features"] else 1.0
        return at_best * slow * (1.0 if setting.learning_rate == 0.01 else 2.0)

    return rows_with(steps)


def test_fewer_steps_on_normalized_features_support_and_the_effect_is_their_ratio():
    verdict = CLAIM.decide(mixed_needs(4.0))
    assert (verdict.verdict, verdict.n) == ("supported", 10)
    assert verdict.effect == pytest.approx(4.0, rel=0.15)
    assert "batch norm as the first layer" in verdict.sentence


@pytest.mark.parametrize("times", [1.0, 0.5])
def test_as_fast_or_slower_refutes_and_the_sentence_says_which_needs_how_many_steps(times):
    verdict = CLAIM.decide(mixed_needs(times, at_best=40.0))
    assert verdict.verdict == "refuted"
    assert verdict.effect == pytest.approx(times, rel=0.02)
    assert f"mixed ones need {times} times the steps of normalized ones" in verdict.sentence


def test_faster_at_some_seeds_and_slower_at_others_leaves_it_undecided():
    def steps(setting):
        mixed = network_of(setting) == NETWORKS["mixed features"]
        return 20.0 * ((3.0 if setting.seed % 2 else 0.5) if mixed else 1.0)

    verdict = CLAIM.decide(rows_with(steps))
    assert verdict.verdict == "undecided"
    assert verdict.sentence.startswith("Not clear: ")


def test_each_network_is_taken_at_its_own_fastest_rate():
    def steps(setting):
        mixed = network_of(setting).mixed
        return 20.0 if setting.learning_rate == (1e-5 if mixed else 0.1) else 200.0

    # At any one rate for both, the ratio would be 10 or a tenth.
    verdict = CLAIM.decide(rows_with(steps))
    assert verdict.effect == pytest.approx(1.0, abs=0.05)
    assert verdict.verdict == "refuted"


def test_runs_that_never_arrive_bound_the_ratio_and_the_bound_supports():
    verdict = CLAIM.decide(mixed_needs(1e6))
    assert verdict.verdict == "supported"
    # All steps over the steps to 95 % of the end, between the points at 3 and 10 steps.
    assert STEPS / 10.0 < verdict.effect < STEPS / 6.0
    assert verdict.high == np.inf
    assert "at least" in verdict.sentence
    line = CLAIM.table(mixed_needs(1e6)).rows[0]
    assert line[3].startswith("at least ")
    assert line[4].endswith(" or more")


def test_a_network_that_never_arrives_is_shown_at_the_rate_at_which_it_learns_most():
    rows = rows_with(lambda s: 1e4 if network_of(s).mixed and s.learning_rate == 1e-3 else 1e6)
    cell = fastest(rows, NETWORKS["mixed features"], 0.9)
    assert cell is not None
    assert cell.learning_rate == 1e-3


def test_where_neither_arrives_nothing_is_said_in_favour():
    def steps(setting):
        return 1e6 if network_of(setting).norm == "none" else 10.0

    verdict = CLAIM.decide(rows_with(steps))
    assert (verdict.verdict, verdict.low, verdict.high) == ("undecided", 0.0, np.inf)
    assert np.isnan(verdict.effect)
    assert verdict.sentence.startswith("Not clear: some runs never reach the target")
    assert CLAIM.table(rows_with(steps)).rows[0][3:5] == ("–", "–")
    assert CLAIM.figures(rows_with(steps))


def test_residual_networks_are_compared_among_themselves():
    def architectures(scale):
        return {setting.architecture for setting in CLAIM.settings(scale)}

    assert architectures(SCALE) == {"mlp", FIRST_LAYER}
    residual = SCALE._replace(architecture="residual_mlp", depths=(1, 4))
    assert architectures(residual) == {"residual_mlp"}
    every = CLAIM.settings(residual._replace(architecture="mlp"))
    assert len(CLAIM.settings(residual)) == sum(each.architecture == "mlp" for each in every)


def test_all_networks_set_the_target_as_the_rule_says():
    def rows(final):
        return Rows(
            tuple(
                learnt_at(each, 20.0, final if each.norm == "batch" else 0.8) for each in SETTINGS[CLAIM.id]
            )
        )

    assert common_target(rows(0.99)) == pytest.approx(0.95 * 0.99)
    assert common_target(rows(0.5)) == pytest.approx(0.95 * 0.8)
    assert "also of those that decide nothing" in CLAIM.rule


def test_diverged_and_missing_runs_are_survived():
    rows = mixed_needs(4.0).rows
    lost = Rows(tuple(diverged(row) for row in rows))
    assert CLAIM.decide(lost).verdict == "undecided"
    assert CLAIM.decide(Rows()).n == 0
    only = Rows(tuple(row for row in rows if network_of(row.setting).mixed))
    assert CLAIM.decide(only).verdict == "undecided"
    assert CLAIM.table(only).rows


def test_only_the_first_comparison_decides():
    def steps(setting):
        return (
            10.0
            if network_of(setting) in (NETWORKS["mixed features"], NETWORKS["normalized features"])
            else 250.0
        )

    assert CLAIM.decide(rows_with(steps)).verdict == "refuted"
