"""The textbook's graph, and what every record of a graph says."""

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.gradient_graph import trace
from tests.gradient_graph.records import assert_whole

CASES = json.loads((Path(__file__).parents[1] / "reference_cases.json").read_text())
BOOK = CASES["backprop_book_example"]
TWO = CASES["backprop_two_variables"]


def book(v, x=2.0, y=5.0):
    prediction = v * x
    return (prediction - y) ** 2


@pytest.fixture(scope="module")
def graph():
    with jax.enable_x64(True):
        return trace(book, 0.0)


def edge_of(graph, source, target):
    (edge,) = [edge for edge in graph.edges if (edge.source, edge.target) == (source, target)]
    return edge


def test_the_book_has_three_edges_with_its_gradients(graph):
    assert len(graph.edges) == len(BOOK["edges"])
    for edge in graph.edges:
        np.testing.assert_allclose(edge.gradient, BOOK["gradients"][edge.name], rtol=0, atol=BOOK["analytic"])


def test_the_local_derivatives_of_the_book(graph):
    locals_ = {edge.name: float(edge.local) for edge in graph.edges}
    # The book names an edge's derivative by the edge before it: it is that edge's own.
    expected = {
        "e1": BOOK["local_gradients"]["e2 wrt e1"],
        "e2": BOOK["local_gradients"]["e3 wrt e2"],
        "e3": 2 * (0 * 2 - 5),
    }
    assert locals_ == pytest.approx(expected, abs=BOOK["analytic"])


def test_an_edge_carries_value_local_derivative_upstream_gradient_and_their_product(graph):
    carried = [
        tuple(map(float, (edge.value, edge.local, edge.upstream, edge.gradient))) for edge in graph.edges
    ]
    assert carried == [(0, 2, -10, -20), (0, 1, -10, -10), (-5, -10, 1, -10)]


def test_edges_are_named_in_order_and_join_the_values_of_the_book(graph):
    e1, e2, e3 = graph.edges
    assert (e1.name, e2.name, e3.name) == ("e1", "e2", "e3")
    assert (e1.source, e1.target) == ("v", "prediction")
    assert (e2.source, e3.source) == (e1.target, e2.target)
    assert e3.target == graph.output


def test_the_value_and_the_inputs(graph):
    assert graph.value == 25.0
    assert graph.value.shape == ()
    assert dict(graph.inputs) == {"v": 0.0}
    assert dict(graph.gradients) == {"v": pytest.approx(-20.0, abs=BOOK["analytic"])}


def test_inputs_and_constants_are_nodes(graph):
    assert [(node.operation, float(node.value)) for node in graph.nodes if not node.operands] == [
        ("input", 0.0),
        ("constant", 2.0),
        ("constant", 5.0),
    ]
    assert_whole(graph)


def test_the_step_of_the_book(graph):
    with jax.enable_x64(True):
        (v,) = graph.step(0.01)
    assert v == pytest.approx(BOOK["v_after_one_step"], abs=BOOK["analytic"])


@pytest.mark.parametrize("x", [-1.5, 0.0, 2.0])
def test_two_variables_share_the_edges_down_to_the_prediction(x):
    y = np.array([1.0, -2.0, 4.0])
    xs = np.array([x, 1.0, -2.0])

    def loss(k, b):
        prediction = k * xs + b
        return jnp.mean((prediction - y) ** 2)

    k, b = 0.5, 0.25
    with jax.enable_x64(True):
        graph = trace(loss, k, b)
    error = k * xs + b - y
    bound = TWO["analytic"]
    np.testing.assert_allclose(graph.gradients["k"], np.mean(2 * error * xs), rtol=0, atol=bound)
    np.testing.assert_allclose(graph.gradients["b"], np.mean(2 * error), rtol=0, atol=bound)
    (shared,) = [edge for edge in graph.edges if edge.source == "prediction"]
    np.testing.assert_allclose(shared.gradient, 2 * error / 3, rtol=0, atol=bound)
    into = [edge for edge in graph.edges if edge.target == "prediction"]
    assert len(into) == 2
    for edge in into:
        np.testing.assert_array_equal(edge.upstream, shared.gradient)


def test_the_sign_of_each_gradient_is_that_of_the_error_times_the_example():
    with jax.enable_x64(True):
        for x in (-3.0, 4.0):
            graph = trace(lambda k, b: (k * x + b - 1.0) ** 2, 1.0, 0.0)  # noqa: B023
            error = x - 1.0
            assert graph.gradients["k"] == pytest.approx(2 * error * x, abs=TWO["analytic"])
            assert graph.gradients["b"] == pytest.approx(2 * error, abs=TWO["analytic"])


def test_a_value_used_twice_sums_its_edges():
    graph = trace(lambda x: jnp.sin(x) * x + x, 0.5)
    assert sum(edge.source == "x" for edge in graph.edges) == 3
    assert graph.gradients["x"] == pytest.approx(np.cos(0.5) * 0.5 + np.sin(0.5) + 1, abs=1e-6)


def test_an_operand_given_twice_has_an_edge_for_each_place():
    graph = trace(lambda x: x * x, 3.0)
    assert [(edge.source, edge.operand, float(edge.gradient)) for edge in graph.edges] == [
        ("x", 0, 3.0),
        ("x", 1, 3.0),
    ]


def test_a_function_that_returns_its_argument_has_no_edges():
    graph = trace(lambda x: x, 3.0)
    assert graph.edges == ()
    assert graph.output == "x"
    assert graph.gradients["x"] == 1.0
    assert_whole(graph)


def test_a_constant_function_has_gradients_of_zero():
    graph = trace(lambda x: jnp.float32(2.0), jnp.ones(3))
    assert graph.value == 2.0
    np.testing.assert_array_equal(graph.gradients["x"], np.zeros(3))
    assert graph.edges == ()
    assert_whole(graph)


def test_an_input_without_influence_has_a_gradient_of_zero_and_no_edge():
    graph = trace(lambda x, unused: jnp.sum(x), jnp.ones(2), jnp.ones((2, 3)))
    np.testing.assert_array_equal(graph.gradients["unused"], np.zeros((2, 3)))
    assert all(edge.source != "unused" for edge in graph.edges)
    assert {node.name: node.gradient is None for node in graph.nodes}["unused"]


def test_a_way_that_ends_has_no_edges():
    graph = trace(lambda x: (jnp.sin(x), x * 2.0)[1], 1.0)
    assert_whole(graph)
    assert all(edge.target == graph.output for edge in graph.edges)


def test_what_the_output_does_not_depend_on_is_left_out():
    def with_an_average(x, average):
        mean = jnp.mean(x)
        average = 0.9 * average + 0.1 * mean
        return mean**2, average

    graph = trace(lambda x, average: with_an_average(x, average)[0], jnp.arange(3.0), 5.0)
    assert "average" in graph.inputs
    assert {node.operation for node in graph.nodes} == {
        "input",
        "constant",
        "reduce_sum",
        "div",
        "integer_pow",
    }
    assert_whole(graph)


def test_the_values_and_gradients_are_of_the_functions_dtype():
    graph = trace(lambda x: jnp.sum(jnp.sin(x)), jnp.ones(3, jnp.bfloat16))
    assert graph.value.dtype == graph.gradients["x"].dtype == jnp.bfloat16
    for edge in graph.edges:
        assert edge.value.dtype == edge.gradient.dtype


def test_a_large_jacobian_is_left_out_and_its_gradient_kept():
    graph = trace(lambda x: jnp.sum(jnp.sin(x)), jnp.linspace(0.0, 1.0, 65))
    (sine,) = [edge for edge in graph.edges if edge.source == "x"]
    assert sine.local is None
    np.testing.assert_allclose(sine.gradient, np.cos(np.linspace(0.0, 1.0, 65)), rtol=1e-6)
    graph = trace(lambda x: jnp.sum(jnp.sin(x)), jnp.linspace(0.0, 1.0, 64))
    assert all(edge.local is not None for edge in graph.edges)
    assert_whole(graph)


@pytest.mark.parametrize("flat", [jnp.floor, jnp.ceil, jnp.round, jnp.sign, jax.lax.stop_gradient])
def test_no_edge_goes_where_the_derivative_is_zero_everywhere(flat):
    graph = trace(lambda x: jnp.sum(flat(jnp.sin(x)) * x), jnp.linspace(0.3, 1.0, 3))
    assert [edge.target for edge in graph.edges] == ["mul", "reduce_sum"]
    nodes = {node.operation: node for node in graph.nodes}
    assert nodes["sin"].gradient is None
    assert_whole(graph)


def test_behind_a_floor_no_derivative_is_asked_for():
    def doubled_elsewhere(x):
        return jax.pure_callback(lambda x: 2.0 * x, jax.ShapeDtypeStruct(x.shape, x.dtype), x)

    graph = trace(lambda x: jnp.sum(x * doubled_elsewhere(jnp.floor(x))), jnp.array([0.5, 1.5, 2.5]))
    np.testing.assert_array_equal(graph.gradients["x"], [0.0, 2.0, 4.0])
    assert_whole(graph)
