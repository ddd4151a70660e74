"""ReLU against the others: is it the best, does it keep its advantages, and is smooth better than kinked."""

import re

import numpy as np
import pytest

from bnact.studies import Rows
from bnact.studies.claim import Costs
from experiments.claims.activations import ALL, OTHERS
from experiments.founding_claims import CLAIMS, relu_keeps_advantages, smooth_is_better
from experiments.founding_claims.cost.advantages_table import seconds_table
from experiments.founding_claims.cost.relu_savings import WIDTHS, Saving, saving
from experiments.founding_claims.relu_keeps_advantages import answer_of, cost, deciding_target
from tests.experiments.founding_claims.plausible_claims import decided, rows_of
from tests.studies.plausible_rows import diverged

KINKED = ("relu", "leaky_relu")


def quality(depths=(2, 8), **accuracies):
    """The accuracy of some activations at some depths; 0.9 otherwise, a little less at the other rate."""

    def found(setting):
        special = accuracies.get(setting.activation, 0.9) if setting.depth in depths else 0.9
        return special - (0.002 if setting.learning_rate != 0.03 else 0.0)

    return found


def smooth(accuracy, depths=(2, 8)):
    return quality(depths, **dict.fromkeys(smooth_is_better.SMOOTH, accuracy))


@pytest.mark.parametrize(
    ("name", "quality", "answer"),
    [
        ("relu_is_best", quality(relu=0.905), "supported"),
        ("relu_is_best", quality(relu=0.95), "supported"),
        ("relu_is_best", quality(silu=0.905), "undecided"),
        ("relu_is_best", quality(silu=0.91), "undecided"),
        ("relu_is_best", quality(silu=0.93), "refuted"),
        ("relu_is_best", quality((8,), silu=0.93), "refuted"),
        ("smooth_is_better", smooth(0.93), "supported"),
        ("smooth_is_better", smooth(0.93, (8,)), "undecided"),
        ("smooth_is_better", smooth(0.87), "refuted"),
        ("smooth_is_better", quality(softplus=0.87, gelu=0.93, silu=0.93, elu=0.93), "refuted"),
        ("relu_keeps_advantages", quality(tanh=0.85, sigmoid=0.85), "supported"),
        ("relu_keeps_advantages", quality(tanh=0.85, sigmoid=0.85, gelu=0.95), "supported"),
        ("relu_keeps_advantages", quality(tanh=0.93), "refuted"),
        ("relu_keeps_advantages", quality((8,), sigmoid=0.93), "refuted"),
        ("relu_keeps_advantages", quality(), "undecided"),
    ],
)
def test_the_claims_are_decided_by_their_rules(name, quality, answer):
    verdict = decided(name, quality)
    assert verdict.verdict == answer, verdict.sentence
    assert verdict.n == 10
    assert verdict.low <= verdict.effect <= verdict.high
    opening = {"supported": "Yes", "refuted": "No", "undecided": "Not clear"}[answer]
    assert verdict.sentence.startswith(opening)


def test_the_sentences_name_what_decides():
    beaten = decided("relu_is_best", quality((8,), silu=0.93)).sentence
    assert re.match(r"No: silu beats ReLU by [23]\.\d points at depth 8", beaten)
    both = decided("relu_is_best", quality(silu=0.94, elu=0.93)).sentence
    assert both.endswith("More than a point better somewhere: elu and silu.")
    worse = decided("smooth_is_better", quality(softplus=0.87, gelu=0.93, silu=0.93, elu=0.93)).sentence
    assert re.search(r"softplus is worse than relu by [23]\.\d points", worse)
    assert worse.endswith("The smooth one is better in 6 of 8 cases.")
    paid = decided("relu_keeps_advantages", quality(tanh=0.93)).sentence
    assert re.search(r"is paid for: it is [234]\.\d points less accurate than tanh at depth", paid)


@pytest.mark.parametrize("name", ["relu_is_best", "smooth_is_better", "relu_keeps_advantages"])
def test_a_depth_that_is_missing_is_left_out_and_diverged_runs_count_as_wrong(name):
    claim, rows = CLAIMS[name], rows_of(name)
    shallow = rows.select(depth=2)
    assert {line for line in claim.table(shallow).rows if "8" in line} == set()
    assert "depth 8" not in claim.decide(shallow).sentence
    lost = Rows(tuple(diverged(row) if row.setting.activation == "relu" else row for row in rows))
    # Beside a ReLU that always diverges, smooth is better except where ELU meets leaky ReLU.
    assert claim.decide(lost).verdict == ("undecided" if name == "smooth_is_better" else "refuted")
    without = Rows(tuple(row for row in rows if row.setting.activation not in KINKED))
    assert claim.decide(without).sentence.startswith("There is nothing to decide from")
    assert claim.decide(without).verdict == "undecided"


def test_the_two_groups_are_compared_seed_by_seed_over_all_their_members():
    rows = rows_of("smooth_is_better", quality(gelu=0.94))
    found = smooth_is_better.group_differences(rows)
    assert [each.depth for each in found] == [2, 8]
    assert np.concatenate(list(found.values())).mean() == pytest.approx(0.01, abs=0.002)
    no_elu = Rows(tuple(row for row in rows if row.setting.activation != "elu"))
    assert smooth_is_better.group_differences(no_elu) == {}


ANSWERS = ("supported", "refuted", "undecided")


@pytest.mark.parametrize("cost", ANSWERS)
@pytest.mark.parametrize("speed", ANSWERS)
@pytest.mark.parametrize("price", ANSWERS)
def test_an_advantage_counts_only_where_it_is_not_paid_for(price, speed, cost):
    answer = answer_of(price, speed, cost)
    if price == "refuted":
        assert answer == "refuted"
    elif "supported" in (cost, speed):
        assert answer == price
    else:
        assert answer == ("refuted" if speed == cost == "refuted" else "undecided")


def test_without_a_saving_the_steps_decide(monkeypatch):
    with_saving(monkeypatch, Saving(0.049, 0.0))
    claim, rows = CLAIMS["relu_keeps_advantages"], rows_of("relu_keeps_advantages", quality())
    assert (even := claim.decide(rows)).verdict == "undecided"
    assert "too few to count" in even.sentence
    for factor, answer in ((0.5, "supported"), (2.0, "refuted")):
        assert claim.decide(with_relu_slower(rows, factor)).verdict == answer


def with_saving(monkeypatch, found):
    """Every layer with ReLU saves so much."""
    monkeypatch.setattr(relu_keeps_advantages, "saving", lambda *_: found)


def with_relu_slower(rows, factor):
    """ReLU's way to the same end, stretched in time."""
    changed = []
    for row in rows:
        steps, accuracy = np.asarray(row.log.step), np.asarray(row.log.validation_accuracy)
        if row.setting.activation == "relu":
            accuracy = np.interp(steps / factor, steps, accuracy)
            accuracy[-1] = row.log.validation_accuracy[-1]
        changed.append(row._replace(log=row.log._replace(validation_accuracy=accuracy)))
    return Rows(tuple(changed))


def test_the_cost_is_the_one_that_the_simple_derivative_is_judged_by(monkeypatch):
    assert not any(saving(rival, WIDTHS[-1]).is_advantage for rival in relu_keeps_advantages.RIVALS)
    assert cost() == "refuted"
    with_saving(monkeypatch, Saving(0.06, 0.0))
    assert cost() == "supported"
    with_saving(monkeypatch, Saving(0.0, 0.06))
    assert cost() == "supported"
    with_saving(monkeypatch, Saving(np.nan, 0.0))
    assert cost() == "undecided"


def test_a_missing_count_leaves_open_what_it_could_turn(monkeypatch):
    with_saving(monkeypatch, Saving(np.nan, 0.0))
    claim, rows = CLAIMS["relu_keeps_advantages"], rows_of("relu_keeps_advantages", quality())
    for factor, answer in ((0.5, "supported"), (2.0, "undecided")):
        verdict = claim.decide(with_relu_slower(rows, factor))
        assert verdict.verdict == answer
        assert "could not be counted" in verdict.sentence


def test_other_activations_do_not_set_the_target():
    even, ahead = (rows_of("relu_keeps_advantages", q) for q in (quality(), quality(gelu=0.99)))
    assert deciding_target(even) == deciding_target(ahead)
    claim = CLAIMS["relu_keeps_advantages"]
    assert claim.decide(even) == claim.decide(ahead)


def test_the_table_of_costs_shows_every_activation_and_what_decides():
    table = CLAIMS["relu_keeps_advantages"].table(rows_of("relu_keeps_advantages"))
    assert len(table.rows) == 2 * len(ALL)
    deciding = {line[0].split(",")[0] for line in table.rows if line[3]}
    assert deciding == {"tanh", "sigmoid"}
    assert len(CLAIMS["relu_is_best"].table(rows_of("relu_is_best")).rows) == 2 * len(ALL)


def test_measured_seconds_are_shown_beside_relus_and_decide_nothing():
    seconds = dict.fromkeys(ALL, 2e-6) | {"relu": 1e-6}
    claim = CLAIMS["relu_keeps_advantages"]
    assert claim.clock is not None
    table = claim.clock(Rows(), Costs(seconds, seconds, {}))
    assert [line[0] for line in table.rows] == ["relu", *OTHERS]
    assert table.rows[1][1:] == ("2.00", "2.00", "2.00", "2.00")
    assert "decides nothing" in table.caption
    assert seconds_table(Costs({}, {}, {})).rows == ()
    alone = seconds_table(Costs({"tanh": 1e-6}, {"tanh": 1e-6}, {}))
    assert alone.rows == (("tanh", "1.00", "–", "1.00", "–"),)


def test_activations_are_ranked_by_their_accuracy_at_each_depth():
    lines = CLAIMS["relu_is_best"].table(rows_of("relu_is_best")).rows
    for depth in ("2", "8"):
        shown = [float(line[2]) for line in lines if line[1] == depth]
        assert shown == sorted(shown, reverse=True)
        assert len(set(shown)) > 1


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("relu_is_best", "test accuracy, relu − the other (points)"),
        ("smooth_is_better", "test accuracy, smooth − kinked (points)"),
        ("relu_keeps_advantages", "test accuracy, relu − the other (points)"),
    ],
)
def test_figures_have_labels_with_units_and_are_told_in_words(name, label):
    decisive, *others = CLAIMS[name].figures(rows_of(name))
    assert [panel.title for panel in decisive.panels] == ["depth 2", "depth 8"]
    for panel in decisive.panels:
        assert f"<!-- {label} -->" in panel.svg
        assert panel.alternative.startswith(f"{label}. ")
        assert panel.alternative.count("interval") >= 2
    for panel in (panel for figure in others for panel in figure.panels):
        assert "accuracy (%) -->" in panel.svg
        assert "accuracy" in panel.alternative
