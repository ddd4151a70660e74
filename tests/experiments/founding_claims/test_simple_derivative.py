import math

import jax.numpy as jnp
import pytest

from bnact.activations import get
from bnact.studies import Rows
from bnact.studies.claim import Costs
from experiments.claims.activations import OTHERS
from experiments.founding_claims import CLAIMS, simple_derivative
from experiments.founding_claims.cost import activation_work, relu_savings
from experiments.founding_claims.cost.activation_work import Shape, alone, in_layer, kept_bytes, lowered
from experiments.founding_claims.cost.relu_savings import WIDTHS, Saving, saving
from experiments.founding_claims.simple_derivative import verdict_on

CLAIM = CLAIMS["simple_derivative"]


def clock(costs):
    return simple_derivative.clock(Rows(), costs)


def made_up(narrow, wide, **others):
    """Savings at both widths: (operations, bytes), of some activations other ones at the larger width."""
    found = {(name, WIDTHS[0]): Saving(*narrow) for name in OTHERS}
    return found | {(name, WIDTHS[1]): Saving(*others.get(name, wide)) for name in OTHERS}


@pytest.mark.parametrize(
    ("found", "answer"),
    [
        (made_up((0.2, 0.0), (0.06, 0.0)), "supported"),
        (made_up((0.2, 0.0), (0.0, 0.06)), "supported"),
        (made_up((0.2, 0.0), (0.04, 0.0)), "refuted"),
        (made_up((0.2, 0.0), (0.04, 0.0), gelu=(0.06, 0.0)), "undecided"),
        (made_up((0.04, 0.0), (0.06, 0.0)), "undecided"),
        (made_up((0.2, 0.0), (float("nan"), 0.0)), "undecided"),
        ({}, "undecided"),
    ],
)
def test_verdicts_follow_the_rule(found, answer):
    verdict = verdict_on(found)
    assert verdict.verdict == answer
    assert verdict.n == len(found)


def test_what_is_counted_refutes_and_names_both_widths():
    verdict = CLAIM.decide(Rows())
    assert verdict.verdict == "refuted"
    assert verdict.effect == pytest.approx(0.03, abs=0.01)
    assert "of 64 units" in verdict.sentence
    assert "of 512 units" in verdict.sentence


def test_a_layer_counts_its_three_matrix_products_and_an_activation_alone_keeps_its_input():
    products = 3 * 2 * 64 * 512 * 512
    assert products < in_layer("relu", 512).operations < 1.05 * products
    assert alone("relu", 64).kept == 64 * 64 * 4
    assert 2 <= alone("relu", 64).operations / 64**2 <= 8


def test_a_function_that_keeps_more_is_seen_to():
    shape = Shape((8, 8), jnp.float32)
    assert kept_bytes(lambda x: jnp.sin(jnp.sin(x)), shape) == 2 * kept_bytes(jnp.sin, shape)
    assert kept_bytes(lambda x: x + x, shape) == 0


@pytest.mark.parametrize("name", ["relu", "tanh", "softplus"])
def test_optimizing_the_program_changes_the_count_by_little(name):
    shape = Shape((64, 64), jnp.float32)
    program = lowered(get(name), shape)
    before, after = program.cost_analysis() or {}, program.compile().cost_analysis() or {}
    assert after["flops"] == pytest.approx(before["flops"], rel=0.1)


class Uncounted:
    """A program of which nothing is counted."""

    def cost_analysis(self):
        return {}


def test_a_missing_count_is_not_a_number_and_decides_nothing(monkeypatch):
    monkeypatch.setattr(activation_work, "lowered", lambda *_: Uncounted())
    relu_savings.layer_work.cache_clear()
    try:
        assert math.isnan(saving("tanh", 64).operations)
        verdict = CLAIM.decide(Rows())
        assert CLAIM.table(Rows()).rows[1][1] == "–"
        assert CLAIM.figures(Rows())
    finally:
        relu_savings.layer_work.cache_clear()
    assert verdict.verdict == "undecided"
    assert verdict.sentence.startswith("There is nothing to decide from")


def test_measured_times_are_shown_beside_relus_and_may_be_missing():
    seconds = {name: 1e-6 * place for place, name in enumerate(("relu", *OTHERS), start=1)}
    steps = {f"{name}, batch, before": each for name, each in seconds.items() if name != "gelu"}
    table = clock(Costs(seconds, seconds, steps))
    assert table.rows[0] == ("relu", "1.00", "1.00", "1.00", "1.00")
    assert [row[-1] for row in table.rows if row[0] == "gelu"] == ["–"]
    assert {len(row) for row in table.rows} == {len(table.columns)}
    assert clock(Costs({}, {}, {})).rows == ()
