import jax
import numpy as np
import pytest

from bnact import fused
from experiments.textbook.edge_table import arithmetic, edge_table, shown, sums_in_words
from experiments.textbook.examples import EXAMPLES, graph_of
from experiments.textbook.functions import EPSILON, Layer, normalized_losses
from experiments.textbook.graph_panel import graph_figure
from experiments.textbook.matrix_panel import matrix_panel
from experiments.textbook.paths import forms_a_tree, path_of, shared_path
from experiments.textbook.placing import places_of


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_examples_graph_has_the_gradients_of_jax(name):
    example, graph = EXAMPLES[name], graph_of(name)
    with jax.enable_x64(True):
        arguments = tuple(map(jax.numpy.asarray, example.arguments))
        found = jax.jit(jax.grad(example.loss, argnums=tuple(range(len(arguments)))))(*arguments)
    for gradient, expected in zip(graph.gradients.values(), found, strict=True):
        np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_is_no_argument_has_a_name(name):
    graph = graph_of(name)
    names = [node.name for node in graph.nodes]
    assert len(set(names)) == len(names)
    assert not any(each.startswith("constant") for each in names)
    assert {operand for node in graph.nodes for operand in node.operands} <= set(names)
    assert {node.value.dtype for node in graph.nodes} == {np.dtype("float64")}


def test_the_norm_written_out_is_the_packages():
    layer = Layer()

    def both(inputs, scale, bias):
        outputs, _ = fused.norm_act(
            inputs[:, None], scale[None], bias[None], norm="batch", activation="relu", epsilon=EPSILON
        )
        return outputs, normalized_losses(inputs, scale, bias, layer.targets)

    with jax.enable_x64(True):
        inputs, scale, bias = (jax.numpy.asarray(each) for each in layer[:3])
        outputs, losses = jax.jit(both)(inputs, scale, bias)
    expected = (np.asarray(outputs)[:, 0] - layer.targets) ** 2
    np.testing.assert_allclose(losses, expected, rtol=1e-12, atol=1e-14)


def test_a_path_has_every_edge_from_an_input_on():
    graph = graph_of("line")
    assert [edge.source for edge in path_of(graph, "k")] == ["k", "product", "prediction", "error"]
    assert [edge.source for edge in path_of(graph, "b")] == ["b", "prediction", "error"]
    assert [edge.source for edge in shared_path(graph, ("k", "b"))] == ["prediction", "error"]


@pytest.mark.parametrize(
    ("name", "tree"), [("product", True), ("line", True), ("dense", True), ("twice", False), ("norm", False)]
)
def test_a_tree_is_none_once_a_value_is_used_twice(name, tree):
    assert forms_a_tree(graph_of(name)) == tree


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_two_values_are_drawn_in_one_place(name):
    places = places_of(graph_of(name))
    assert set(places) == {node.name for node in graph_of(name).nodes}
    assert len(set(places.values())) == len(places)
    for node in graph_of(name).nodes:
        assert all(places[operand].row > places[node.name].row for operand in node.operands)


def test_an_edge_shows_its_arithmetic():
    edges = {edge.source: arithmetic(edge) for edge in graph_of("product").edges}
    assert edges == {"v": "−10 × 2 = −20", "prediction": "−10 × 1 = −10", "error": "1 × −10 = −10"}
    assert arithmetic(graph_of("dense").edges[0]) == "Jacobian (2, 2, 3)"


def test_a_graph_is_drawn_with_its_numbers_in_words():
    figure = graph_figure("line", frozenset({"e4", "e5"}))
    values, gradients = (panel.alternative for panel in figure.panels)
    assert "prediction = 0 from product, b" in values
    assert "product to k: −10 × 2 = −20" in gradients
    assert len(figure.legend) == 3
    assert len(graph_figure("line").legend) == 2
    assert figure == graph_figure("line", frozenset({"e4", "e5"}))


def test_a_table_goes_backwards_and_shows_sums():
    table = edge_table("twice")
    assert table.rows[0][1] == "error → loss"
    assert [row[0] for row in table.rows] == ["e5", "e4", "e3", "e2", "e1"]
    assert "v is used 2 times: −10 − 20 = −30." in table.notes
    assert sums_in_words(graph_of("line")) == ()


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.array(-10.0), "−10"),
        (np.array(np.nan), "NaN"),
        (np.array([1.0, -2.5678]), "[1, −2.57]"),
        (np.array(-2.5678), "−2.568"),
        (np.zeros(9), "(9,)"),
        (np.zeros((2, 3)), "(2, 3)"),
    ],
)
def test_an_array_is_shown_by_its_numbers_or_its_shape(array, words):
    assert shown(array) == words


def test_a_matrix_is_drawn():
    panel = matrix_panel("title", "words", np.array([[1.0, -2.0], [0.0, 0.5]]), ("input", "loss"))
    assert (panel.title, panel.alternative) == ("title", "words")
    assert panel.svg.startswith("<svg")
