import collections

import numpy as np
import pytest

from bnact.studies import Rows
from bnact.training.log import Log
from experiments.founding_claims.manifold import CLAIM
from experiments.founding_claims.representation.last_layer import NO_DIMENSIONS, dimensions_of_inputs
from tests.experiments.founding_claims.plausible_claims import SCALE
from tests.studies.plausible_rows import diverged, plausible_rows

FIELDS = ("participation_ratio", "intrinsic_dimension", "separability")
Seen = collections.namedtuple("Seen", tuple(dict.fromkeys((*Log._fields, *FIELDS))))


@pytest.fixture(scope="module")
def plain_rows():
    return plausible_rows(CLAIM.settings(SCALE))


@pytest.fixture
def rows_with(plain_rows):
    """The claim's rows with these times the inputs' dimensions, and this separability, by setting."""

    def changed(times, separability):
        found = []
        for row in plain_rows:
            scatter = 0.001 * np.random.RandomState(row.setting.seed).uniform()
            layers = np.ones((2, row.setting.depth))
            fields = {
                "participation_ratio": layers
                * dimensions_of_inputs("digits")
                * times(row.setting)
                * (1 + scatter),
                "intrinsic_dimension": 5.0 * layers,
                "separability": layers * (separability(row.setting) + scatter * (row.setting.norm == "none")),
            }
            found.append(row._replace(log=Seen(**{**row.log._asdict(), **fields})))
        return Rows(tuple(found))

    return changed


def by_activation(activation, value, others):
    return lambda setting: value if setting.activation == activation else others


@pytest.mark.parametrize(
    ("times", "separability", "answer"),
    [
        (lambda s: 1.5, by_activation("tanh", 0.8, 0.9), "supported"),
        (lambda s: 1.5, by_activation("tanh", 0.95, 0.9), "supported"),
        # More dimensions, but the functions are equal.
        (lambda s: 1.5, lambda s: 0.9, "refuted"),
        # One network of fewer is enough.
        (by_activation("sigmoid", 0.5, 1.5), by_activation("tanh", 0.8, 0.9), "refuted"),
        (lambda s: 0.5, lambda s: 0.9, "refuted"),
        # As many dimensions as the inputs, or a difference on the margin.
        (lambda s: 0.9995, by_activation("tanh", 0.8, 0.9), "undecided"),
    ],
)
def test_both_questions_decide_by_the_rule(rows_with, times, separability, answer):
    verdict = CLAIM.decide(rows_with(times, separability))
    assert (verdict.verdict, verdict.n) == (answer, 10)
    start = {"supported": "Yes", "refuted": "No", "undecided": "Not clear"}[answer]
    assert verdict.sentence.startswith(start)


def test_the_effect_is_the_ratio_in_the_network_that_decides(rows_with):
    rows = rows_with(by_activation("sigmoid", 0.5, 1.5), by_activation("tanh", 0.8, 0.9))
    verdict = CLAIM.decide(rows)
    assert verdict.effect == pytest.approx(0.5, rel=0.01)
    assert "by up to 10.0 points against ReLU (tanh" in verdict.sentence
    assert "fewer in 4" in verdict.sentence


def test_diverged_and_missing_runs_are_survived(rows_with):
    rows = rows_with(lambda s: 1.5, by_activation("tanh", 0.8, 0.9)).rows
    one_lost = Rows(tuple(diverged(row) if row.setting.seed == 3 else row for row in rows))
    assert CLAIM.decide(one_lost).n == 9
    assert CLAIM.decide(Rows()).n == 0
    all_lost = Rows(tuple(map(diverged, rows)))
    assert CLAIM.decide(all_lost).verdict == "undecided"
    assert CLAIM.table(all_lost).rows


def lost_where(rows, lost):
    return Rows(tuple(diverged(row) if lost(row.setting) else row for row in rows))


def test_a_network_that_is_lost_leaves_open_what_must_hold_of_all(rows_with):
    def gelu_is_lost(setting):
        return (setting.activation, setting.depth) == ("gelu", 2)

    more = rows_with(lambda s: 1.5, by_activation("tanh", 0.8, 0.9))
    assert CLAIM.decide(more).verdict == "supported"
    assert CLAIM.decide(lost_where(more, gelu_is_lost)).verdict == "undecided"
    # That no function differs is not known either, if one was not looked at.
    alike = rows_with(lambda s: 1.5, lambda s: 0.9)
    assert CLAIM.decide(lost_where(alike, gelu_is_lost)).verdict == "undecided"
    # One network of fewer still refutes.
    fewer = rows_with(by_activation("sigmoid", 0.5, 1.5), by_activation("tanh", 0.8, 0.9))
    assert CLAIM.decide(lost_where(fewer, gelu_is_lost)).verdict == "refuted"


def test_a_layer_that_is_the_same_for_every_example_has_fewer_dimensions(rows_with):
    rows = rows_with(by_activation("sigmoid", np.nan, 1.5), by_activation("tanh", 0.8, 0.9))
    verdict = CLAIM.decide(rows)
    assert (verdict.verdict, verdict.n) == ("refuted", 10)
    assert verdict.effect == pytest.approx(NO_DIMENSIONS / dimensions_of_inputs("digits"))
    assert "fewer in 4" in verdict.sentence


@pytest.mark.slow
def test_figures_and_table_are_told_in_words(rows_with):
    rows = rows_with(by_activation("sigmoid", 0.5, 1.5), by_activation("tanh", 0.8, 0.9))
    for figure in CLAIM.figures(rows):
        assert figure.caption
        assert figure.legend
        assert all(len(panel.alternative) > 30 for panel in figure.panels)
    table = CLAIM.table(rows)
    assert len(table.rows) == 16
    assert {len(row) for row in table.rows} == {len(table.columns)}
