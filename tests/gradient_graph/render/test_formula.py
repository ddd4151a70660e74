"""Formulas, numbers and scopes: what a node is said to compute."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.gradient_graph import Node, trace
from bnact.gradient_graph.render.formula import formula_of
from bnact.gradient_graph.render.local import local_of, local_text
from bnact.gradient_graph.render.numbers import number_text, short_text, statistics_of, value_text
from bnact.gradient_graph.render.scopes import groups_of

from .graphs import graph

M, V, B = jnp.ones((3, 3)), jnp.ones(3), jnp.ones((2, 3, 3))
WIDE = np.ones((3, 4), np.float32)
OPERATIONS = {
    "x * 2": (lambda x: x * 2.0, V),
    "2 - x": (lambda x: 2.0 - x, V),
    "x**3": (lambda x: x**3, V),
    "-x": (lambda x: -x, V),
    "tanh(x)": (jnp.tanh, V),
    "x @ constant(3, 4)": (lambda x: x @ WIDE, M),
    "constant(4, 3) @ x": (lambda x: WIDE.T @ x, V),
    "x @ x": (lambda x: x @ x, B),
    "x.T @ x": (lambda x: jax.lax.dot_general(x, x, (((0,), (0,)), ((), ()))), M),
    "x @ x.T": (lambda x: jax.lax.dot_general(x, x, (((1,), (1,)), ((), ()))), M),
    "x.T": (lambda x: x.T, jnp.ones((3, 2))),
    "sum(x, axis=0)": (lambda x: x.sum(0), M),
    "max(x, axis=1)": (lambda x: x.max(1), M),
    "bfloat16(x)": (lambda x: x.astype(jnp.bfloat16), V),
}


@pytest.mark.parametrize("formula", OPERATIONS)
def test_an_operation_is_written_as_in_a_program(formula):
    fn, at = OPERATIONS[formula]
    found = trace(lambda x: jnp.sum(fn(x).astype(jnp.float32)), at)
    nodes = {node.name: node for node in found.nodes}
    assert formula in [formula_of(node, nodes) for node in found.nodes]


def test_a_choice_names_what_is_taken_where_it_is_true_first():
    found = trace(lambda x: jnp.where(x > 0.0, x, jnp.sin(x)), 1.0)
    nodes = {node.name: node for node in found.nodes}
    assert formula_of(nodes[found.output], nodes) == "where(gt, x, sin)"


def test_many_operands_are_not_all_named():
    names = tuple("abcdefgh")
    nodes = {name: Node(name, "input", np.ones(()), None) for name in names}
    node = Node("f", "stack", np.ones(8), None, names)
    assert formula_of(node, nodes) == "stack(a, b, c, d, e, f, ... 2 more)"


NUMBERS = {
    "-10": -10.0,
    "0": -0.0,
    "0.333333": 1 / 3,
    "NaN": np.nan,
    "-inf": -np.inf,
    "1e+20": 1e20,
    "7": np.int8(7),
    "True": np.bool_(True),
    "1-2j": 1 - 2j,
}


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_is_written_shortly(text):
    assert number_text(np.asarray(NUMBERS[text])) == text


def test_a_type_that_numpy_does_not_know_is_written_too():
    assert value_text(np.asarray(jnp.array([0.5, 2.0], jnp.bfloat16))) == "[0.5, 2]"


def test_few_numbers_are_written_out_and_many_are_described():
    assert value_text(np.array([[1.0, 2.0], [3.0, 4.0]])) == "[[1, 2], [3, 4]]"
    assert value_text(np.arange(8.0)) == "(8,) mean 3.5 std 2.29 min 0 max 7"
    assert value_text(np.zeros((0, 3))) == "(0, 3) empty" == short_text(np.zeros((0, 3)))


def test_what_is_not_finite_is_counted_and_not_averaged():
    found = statistics_of(np.array([1.0, 3.0, np.nan, np.inf, -np.inf]))
    assert found == {"mean": "2", "std": "1", "min": "1", "max": "3", "NaN": "1", "inf": "2"}
    assert statistics_of(np.array([np.nan])) == {"NaN": "1"}


def test_local_derivatives_are_said_to_be_what_they_are():
    kinds = {(edge.source, edge.target): local_text(local_of(edge)) for edge in graph("layer").edges}
    assert kinds["x", "hidden"] == "8x6 rms 0.707"
    assert kinds["hidden", "tanh"].startswith("diag rms 0.")
    (edge,) = trace(lambda x: jnp.sum(-x), V).edges[:1]
    assert local_text(local_of(edge)) == "-1 identity"


def test_nan_beside_the_diagonal_is_no_diagonal():
    edge = trace(lambda x: jnp.sum(-x), V).edges[0]
    local = np.diag([1.0, 2.0, 3.0])
    local[0, 1] = np.nan
    assert local_of(type(edge)(**{**vars(edge), "local": local})).kind == "matrix"


def test_a_function_called_again_after_something_else_is_another_group():
    def node(name, *scope):
        return Node(name, "sin", np.ones(()), None, (), scope)

    nodes = [node("a", "f"), node("b", "f", "g"), node("c"), node("d", "f"), node("e", "h")]
    nodes.insert(1, Node("k", "constant", np.ones(()), None))
    found = groups_of(nodes)
    assert [(group.name, group.parent) for group in found.groups] == [
        *(("f", None), ("g", 0), ("f (2)", None), ("h", None))
    ]
    assert found.of_nodes == (0, None, 1, None, 2, 3)
