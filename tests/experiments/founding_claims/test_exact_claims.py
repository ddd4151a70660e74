"""What the exact claims compare: deviations, shapes, and numbers that are not finite."""

import math

import numpy as np
import pytest

from experiments.founding_claims import (
    backprop_by_edges,
    batch_mean,
    matrix_derivatives,
    one_step,
    shared_edges,
)
from experiments.founding_claims.textbook.exactly import BOUND, Compared, answer_of, deviation, exact_verdict
from experiments.textbook.examples import graph_of
from tests.experiments.textbook.wrong_graphs import NOT_FINITE, first_one, with_edge, with_gradient

each_not_finite = pytest.mark.parametrize("number", NOT_FINITE)

VERDICT_ON_EDGES = {"product": backprop_by_edges.verdict_on, "dense": matrix_derivatives.verdict_on}


def is_undecided(verdict):
    return verdict.verdict == "undecided" and math.isnan(verdict.effect)


@each_not_finite
@pytest.mark.parametrize("field", ["local", "gradient"])
@pytest.mark.parametrize("name", VERDICT_ON_EDGES)
def test_a_number_on_an_edge_that_is_not_finite_leaves_it_undecided(number, field, name):
    graph = graph_of(name)
    for edge in graph.edges:
        # The page names no local gradient from the error to the loss.
        if (field, name, edge.source) != ("local", "product", "error"):
            wrong = with_edge(graph, edge.name, **{field: first_one(NOT_FINITE[number])})
            assert is_undecided(VERDICT_ON_EDGES[name](wrong)), edge.name


@each_not_finite
@pytest.mark.parametrize("claim", [backprop_by_edges, matrix_derivatives, shared_edges])
def test_a_gradient_of_a_variable_that_is_not_finite_leaves_it_undecided(number, claim):
    name = {backprop_by_edges: "product", matrix_derivatives: "dense", shared_edges: "line"}[claim]
    for variable in graph_of(name).gradients:
        wrong = with_gradient(graph_of(name), variable, first_one(NOT_FINITE[number]))
        assert is_undecided(claim.verdict_on(wrong))


@each_not_finite
def test_a_step_that_is_not_finite_leaves_it_undecided(number):
    steps = one_step.steps_of(graph_of("product"))
    v = steps.v.copy()
    v[-2:] = NOT_FINITE[number]
    assert is_undecided(one_step.verdict_on(steps._replace(v=v)))
    assert is_undecided(one_step.verdict_on(steps._replace(first=NOT_FINITE[number])))


@each_not_finite
def test_an_examples_gradient_that_is_not_finite_leaves_it_undecided(number):
    gradients = batch_mean.found_gradients()
    spoil = first_one(NOT_FINITE[number])
    for norm in batch_mean.INDEPENDENT:
        network = gradients.networks[norm]
        wrong = {**gradients.networks, norm: network._replace(alone=spoil(network.alone))}
        assert is_undecided(batch_mean.verdict_on(gradients._replace(networks=wrong)))
    coupled = gradients.coupled._replace(held=spoil(gradients.coupled.held))
    assert batch_mean.verdict_on(gradients._replace(coupled=coupled)).verdict == "undecided"


@pytest.mark.parametrize(
    ("found", "said", "expected"),
    [
        (1.0, 1.0, 0.0),
        (0.5, 0.0, 0.5),
        (220.0, 200.0, 0.1),
        (np.nan, 1.0, np.nan),
        (-np.inf, 1.0, np.inf),
        (np.inf, np.inf, np.nan),
    ],
)
def test_a_deviation_is_relative_where_numbers_are_large(found, said, expected):
    assert deviation(Compared(found, said)) == pytest.approx(expected, nan_ok=True)


def test_arrays_of_different_shapes_have_no_deviation_and_refute():
    unlike = Compared(np.zeros(2), np.zeros(3))
    with pytest.raises(ValueError, match=r"must have one shape; got \(2,\) and \(3,\); compare number"):
        deviation(unlike)
    verdict = exact_verdict(one_step.WORDS, (Compared(1.0, 1.0), unlike))
    assert (verdict.verdict, verdict.effect, verdict.n) == ("refuted", 0.0, 1)


@pytest.mark.parametrize(
    ("deviations", "holds", "answer"),
    [
        ([0.0, BOUND], True, "supported"),
        ([0.0, 2.0 * BOUND], True, "refuted"),
        ([0.0], False, "refuted"),
        ([], False, "refuted"),
        ([], True, "undecided"),
        ([0.0, np.nan], False, "undecided"),
        ([np.nan, 1.0], True, "undecided"),
        ([0.0, np.inf], True, "undecided"),
    ],
)
def test_what_is_not_finite_is_undecided_whatever_else_is_there(deviations, holds, answer):
    assert answer_of(deviations, holds) == answer
