"""ReLU against the others: is it the best, does it keep its advantages, and is smooth better than kinked."""

import numpy as np
import pytest

from bnact.studies import Rows
from bnact.studies.claim import Costs
from experiments.founding_claims import CLAIMS, relu_keeps_advantages, smooth_is_better
from experiments.founding_claims.advantages_table import seconds_table
from experiments.founding_claims.against_relu import ALL, OTHERS
from experiments.founding_claims.layer_cost import layer_cost, saved_share
from experiments.founding_claims.relu_keeps_advantages import answer_of
from tests.experiments.founding_rows import decided, rows_of
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
        ("relu_is_best", quality(), "supported"),
        ("relu_is_best", quality(relu=0.95), "supported"),
        ("relu_is_best", quality(silu=0.905), "undecided"),
        ("relu_is_best", quality(silu=0.91), "undecided"),
        ("relu_is_best", quality(silu=0.93), "refuted"),
        ("relu_is_best", quality((8,), silu=0.93), "refuted"),
        ("smooth_is_better", smooth(0.93), "supported"),
        ("smooth_is_better", smooth(0.93, (8,)), "undecided"),
        ("smooth_is_better", smooth(0.87), "refuted"),
        ("smooth_is_better", quality(softplus=0.87, gelu=0.93, silu=0.93, elu=0.93), "refuted"),
        ("smooth_is_better", quality(), "refuted"),
        ("relu_keeps_advantages", quality(), "supported"),
        ("relu_keeps_advantages", quality(gelu=0.95), "supported"),
        ("relu_keeps_advantages", quality(tanh=0.93), "refuted"),
        ("relu_keeps_advantages", quality((8,), sigmoid=0.93), "refuted"),
        ("relu_keeps_advantages", quality(sigmoid=0.91), "undecided"),
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
    assert decided("relu_is_best", quality((8,), silu=0.93)).sentence.startswith("No: silu beats ReLU by 3.")
    both = decided("relu_is_best", quality(silu=0.94, elu=0.93)).sentence
    assert both.endswith("More than a point better somewhere: elu and silu.")
    worse = decided("smooth_is_better", quality(softplus=0.87, gelu=0.93, silu=0.93, elu=0.93)).sentence
    assert "softplus is worse than relu by 3" in worse
    assert worse.endswith("The smooth one is better in 6 of 8 cases.")
    paid = decided("relu_keeps_advantages", quality(tanh=0.93)).sentence
    assert "is paid for: it is 3." in paid
    assert "less accurate than tanh at depth" in paid


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
    assert list(found) == ["depth 2", "depth 8"]
    assert np.concatenate(list(found.values())).mean() == pytest.approx(0.01, abs=0.002)
    no_elu = Rows(tuple(row for row in rows if row.setting.activation != "elu"))
    assert smooth_is_better.group_differences(no_elu) == {}


ANSWERS = ("supported", "refuted", "undecided")


@pytest.mark.parametrize("cheaper", [True, False])
@pytest.mark.parametrize("speed", ANSWERS)
@pytest.mark.parametrize("price", ANSWERS)
def test_an_advantage_counts_only_where_it_is_not_paid_for(price, speed, cheaper):
    answer = answer_of(price, speed, cheaper)
    if price == "refuted":
        assert answer == "refuted"
    elif cheaper or speed == "supported":
        assert answer == price
    else:
        assert answer == ("refuted" if speed == "refuted" else "undecided")


def test_without_a_saving_the_steps_decide(monkeypatch):
    monkeypatch.setattr(relu_keeps_advantages, "saved_share", lambda *_: 0.005)
    claim, rows = CLAIMS["relu_keeps_advantages"], rows_of("relu_keeps_advantages", quality())
    assert (even := claim.decide(rows)).verdict == "undecided"
    assert "too few to count" in even.sentence
    for factor, answer in ((0.5, "supported"), (2.0, "refuted")):
        assert claim.decide(with_relu_slower(rows, factor)).verdict == answer


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


def test_operations_are_counted_not_timed_and_relu_has_the_fewest():
    assert layer_cost("relu") == layer_cost("relu")
    assert saved_share("relu", "relu") == 0.0
    # Of the linear map alone: three products of 64 by 64 matrices, two operations a term.
    assert layer_cost("relu").operations > 3 * 2 * 64**3
    assert all(0.0 < saved_share("relu", name) < 0.5 for name in ("tanh", "sigmoid"))
    # Input, mean and variance, scale and bias, whichever activation it is.
    assert layer_cost("relu").kept == layer_cost("tanh").kept >= 4 * 64 * 64


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
    assert table.rows[1][1:] == ("2.0", "2.00", "2.0", "2.00")
    assert "decides nothing" in table.caption
    assert seconds_table(Costs({}, {}, {})).rows == ()
    alone = seconds_table(Costs({"tanh": 1e-6}, {"tanh": 1e-6}, {}))
    assert alone.rows == (("tanh", "1.0", "–", "1.0", "–"),)


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
