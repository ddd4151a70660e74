"""The six claims of the textbook page: what they must say, and what they must not survive."""

import dataclasses
import json
from pathlib import Path

import jax
import numpy as np
import pytest

from bnact.gradient_graph import trace
from bnact.studies import Rows
from experiments.founding_claims import (
    CLAIMS,
    backprop_by_edges,
    batch_mean,
    matrix_derivatives,
    one_step,
    shared_edges,
)
from experiments.founding_claims.__main__ import named_claims
from experiments.founding_claims.sources.documents import TEXTBOOK
from experiments.founding_claims.textbook.exactly import BOUND
from experiments.textbook.examples import ZERO, graph_of
from experiments.textbook.functions import X, Y, line_loss, product_loss, twice_loss
from tests.experiments.textbook.wrong_graphs import (
    WRONG,
    with_edge,
    with_edge_doubled,
    with_gradient,
)

CASES = json.loads((Path(__file__).parents[2] / "reference_cases.json").read_text())
BOOK, TWO = CASES["backprop_book_example"], CASES["backprop_two_variables"]
OF_THE_PAGE = tuple(name for name, claim in CLAIMS.items() if claim.source == TEXTBOOK)

each_fault = pytest.mark.parametrize("fault", WRONG)


@pytest.mark.parametrize("name", OF_THE_PAGE)
def test_every_claim_of_the_page_is_supported(name):
    verdict = CLAIMS[name].decide(Rows())
    assert verdict.verdict == "supported"
    assert verdict.sentence.startswith("Yes: ")
    assert verdict.low <= verdict.effect <= verdict.high
    assert verdict == CLAIMS[name].decide(Rows())


@pytest.mark.parametrize("name", [name for name in OF_THE_PAGE if name != "noise"])
def test_an_exact_verdict_has_its_largest_deviation_as_its_effect(name):
    verdict = CLAIMS[name].decide(Rows())
    assert verdict.low == verdict.effect == verdict.high <= BOUND
    assert verdict.n >= 2


def traced(loss, *arguments):
    with jax.enable_x64(True):
        return trace(loss, *arguments)


def test_the_edges_of_the_page_are_those_of_the_reference():
    edges = {edge.name: edge for edge in graph_of("product").edges}
    found = {name: float(edge.gradient) for name, edge in edges.items()}
    assert found == pytest.approx(BOOK["gradients"], abs=BOOK["analytic"])
    assert np.array_equal(edges["e2"].local or 0.0, BOOK["local_gradients"]["e3 wrt e2"])
    assert np.array_equal(edges["e1"].local or 0.0, BOOK["local_gradients"]["e2 wrt e1"])
    assert BOOK["analytic"] == TWO["analytic"] == BOUND


@each_fault
@pytest.mark.parametrize(
    ("edge", "field"), [("e1", "gradient"), ("e2", "gradient"), ("e3", "gradient"), ("e1", "local")]
)
def test_a_wrong_number_on_an_edge_refutes(fault, edge, field):
    wrong = with_edge(graph_of("product"), edge, **{field: WRONG[fault]})
    verdict = backprop_by_edges.verdict_on(wrong)
    assert verdict.verdict == "refuted"
    assert verdict.effect > BOUND


@pytest.mark.parametrize("loss", [product_loss(X + 1e-9, Y), product_loss(X, -Y), twice_loss(X, Y)])
def test_another_function_refutes(loss):
    assert backprop_by_edges.verdict_on(traced(loss, ZERO)).verdict == "refuted"


@each_fault
def test_a_wrong_gradient_of_the_variable_refutes(fault):
    wrong = with_gradient(graph_of("product"), "v", WRONG[fault])
    assert backprop_by_edges.verdict_on(wrong).verdict == "refuted"


@pytest.mark.parametrize("change", [np.asarray, lambda _: 123.0])
def test_an_edge_that_is_there_twice_refutes(change):
    wrong = with_edge_doubled(graph_of("product"), "e1", change)
    assert backprop_by_edges.verdict_on(wrong).verdict == "refuted"
    assert (
        matrix_derivatives.verdict_on(with_edge_doubled(graph_of("dense"), "e1", change)).verdict == "refuted"
    )


def test_a_local_gradient_that_is_not_there_refutes():
    graph = graph_of("product")
    edges = (dataclasses.replace(graph.edges[0], local=None), *graph.edges[1:])
    assert backprop_by_edges.verdict_on(dataclasses.replace(graph, edges=edges)).verdict == "refuted"


@pytest.fixture(scope="module")
def steps():
    return one_step.steps_of(graph_of("product"))


def test_the_steps_are_those_of_the_reference(steps):
    n = np.arange(len(steps.v))
    assert steps.first == pytest.approx(BOOK["v_after_one_step"], abs=BOOK["analytic"])
    np.testing.assert_allclose(
        steps.v, eval(BOOK["v_after_n"], {}, {"n": n}), rtol=0.0, atol=BOOK["analytic"]
    )
    assert steps.v[10] == pytest.approx(BOOK["v_after_10"], abs=BOOK["analytic"])
    assert one_step.steps_until_near(steps.v) == BOOK["steps_to_1_percent"]
    (row,) = [row for row in CLAIMS["one_step"].table(Rows()).rows if row[0] == "10"]
    assert row[1] == "1.414028864441"


@each_fault
def test_a_wrong_step_refutes(fault, steps):
    assert one_step.verdict_on(steps).verdict == "supported"
    v = steps.v.copy()
    v[-1] = WRONG[fault](v[-1])
    assert one_step.verdict_on(steps._replace(v=v)).verdict == "refuted"
    assert one_step.verdict_on(steps._replace(first=float(WRONG[fault](0.2)))).verdict == "refuted"


def test_steps_of_another_function_refute():
    assert (
        one_step.verdict_on(one_step.steps_of(traced(product_loss(X, Y + 1e-9), ZERO))).verdict == "refuted"
    )


@pytest.fixture(scope="module")
def gradients():
    return batch_mean.found_gradients()._replace(alone=np.array([-4.0, -20.0, -48.0]))


@each_fault
def test_a_mean_that_is_none_refutes(fault, gradients):
    assert batch_mean.verdict_on(gradients).verdict == "supported"
    wrong = with_gradient(gradients.batch, "v", WRONG[fault])
    assert batch_mean.verdict_on(gradients._replace(batch=wrong)).verdict == "refuted"
    handed = with_edge(gradients.batch, "e4", gradient=WRONG[fault])
    assert batch_mean.verdict_on(gradients._replace(batch=handed)).verdict == "refuted"
    none = gradients.networks["none"]
    networks = {**gradients.networks, "none": none._replace(alone=WRONG[fault](none.alone))}
    assert batch_mean.verdict_on(gradients._replace(networks=networks)).verdict == "refuted"


def test_the_sentence_says_by_how_much_batch_norm_is_off(gradients):
    verdict = batch_mean.verdict_on(gradients)
    off = batch_mean.relative(gradients.coupled.held, gradients.coupled.of_mean)
    assert off > 0.1
    assert f"{100 * off:.0f} %" in verdict.sentence
    assert len(CLAIMS["batch_mean"].table(Rows()).rows) == 7


def test_batch_norm_that_makes_no_difference_leaves_it_undecided(gradients):
    coupled = gradients.coupled
    same = coupled._replace(held=np.tile(coupled.of_mean, (8, 1)))
    verdict = batch_mean.verdict_on(gradients._replace(coupled=same))
    assert verdict.verdict == "undecided"
    assert verdict.sentence.startswith("Not decided")


@each_fault
@pytest.mark.parametrize("edge", ["e1", "e4", "e6"])
@pytest.mark.parametrize("field", ["local", "gradient"])
def test_a_wrong_jacobian_refutes(fault, edge, field):
    wrong = with_edge(graph_of("dense"), edge, **{field: WRONG[fault]})
    assert matrix_derivatives.verdict_on(wrong).verdict == "refuted"


def test_a_jacobian_of_another_shape_refutes():
    wrong = with_edge(graph_of("dense"), "e1", local=lambda local: np.moveaxis(local, 0, 2))
    assert matrix_derivatives.verdict_on(wrong).verdict == "refuted"
    missing = graph_of("dense")
    edges = (dataclasses.replace(missing.edges[0], local=None), *missing.edges[1:])
    assert matrix_derivatives.verdict_on(dataclasses.replace(missing, edges=edges)).verdict == "refuted"
    assert matrix_derivatives.verdict_on(graph_of("line")).verdict == "refuted"


@each_fault
def test_a_layers_gradient_that_is_not_jaxs_refutes(fault):
    wrong = with_gradient(graph_of("dense"), "W", WRONG[fault])
    assert matrix_derivatives.verdict_on(wrong).verdict == "refuted"


def test_the_paths_of_two_variables_share_what_the_reference_says():
    verdict, shared = shared_edges.verdict_on(graph_of("line")), {"prediction", "error"}
    assert "from the loss down to the prediction" in TWO["what"]
    assert verdict.effect <= TWO["analytic"]
    both = {
        row[1].split(" → ")[0] for row in CLAIMS["shared_edges"].table(Rows()).rows if row[-1] == "k and b"
    }
    assert both == shared


@each_fault
@pytest.mark.parametrize("name", ["k", "b"])
def test_a_wrong_gradient_of_a_shared_path_refutes(fault, name):
    wrong = with_gradient(graph_of("line"), name, WRONG[fault])
    assert shared_edges.verdict_on(wrong).verdict == "refuted"


def test_a_graph_that_is_no_tree_refutes():
    def twice(k, b):
        product = k * X
        return (product + b + 0.0 * k - Y) ** 2

    assert shared_edges.verdict_on(traced(twice, ZERO, ZERO)).verdict == "refuted"
    cut = graph_of("line")
    parted = dataclasses.replace(cut, edges=tuple(edge for edge in cut.edges if edge.source != "b"))
    assert shared_edges.verdict_on(parted).verdict == "refuted"
    assert shared_edges.verdict_on(traced(line_loss(X, Y), ZERO + 1.0, ZERO)).verdict == "supported"


def test_a_claims_name_is_answered_with_the_nearest_whatever_its_case():
    with pytest.raises(ValueError, match="got 'ONE_STEPS'; nearest: one_step"):
        named_claims(["ONE_STEPS"])
