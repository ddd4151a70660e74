"""What values are called, and where they come from."""

import functools
import linecache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import pytest

from bnact.gradient_graph import trace


def names_of(fn, *args, **options):
    graph = trace(fn, *args, **options)
    return [node.name for node in graph.nodes if node.operation != "constant"]


def node_of(graph, name):
    (node,) = [node for node in graph.nodes if node.name == name]
    return node


def error_of(v, x, y):
    prediction = v * x
    error = prediction - y
    return error * error


def doubled(x):
    return x * 2.0


def test_a_value_is_called_by_the_variable_it_is_assigned_to():
    assert names_of(error_of, 1.0, 2.0, 3.0) == ["v", "x", "y", "prediction", "error", "mul"]


def test_what_a_statement_computes_last_has_its_name():
    def fn(x):
        total = jnp.sin(x) * 2.0 + x
        return total * total

    assert names_of(fn, 1.0) == ["x", "sin", "mul", "total", "mul_2"]


def test_each_round_of_a_loop_is_a_statement_of_its_own():
    def fn(x):
        for _ in range(2):
            x = jnp.cos(jnp.cos(x * 2.0))
        for _ in range(2):
            x = jax.nn.silu(jax.nn.silu(x))
        return x * x

    loop = ["mul", "cos", "x_2", "mul_2", "cos_2", "x_3"]
    calls = ["logistic", "mul_3", "logistic_2", "x_4", "logistic_3", "mul_4", "logistic_4", "x_5"]
    assert names_of(fn, 1.0) == ["x", *loop, *calls, "mul_5"]


def test_a_statement_over_several_lines():
    def fn(x):
        total = (
            jnp.sin(x)  # one
            + x
        )
        return total * total

    assert names_of(fn, 1.0) == ["x", "sin", "total", "mul"]


def test_annotated_and_augmented_assignments_and_loops_are_numbered():
    def fn(x):
        y: Any = jnp.sin(x)
        y += x
        for _ in range(2):
            y = jnp.cos(y)
        return y

    assert names_of(fn, 1.0) == ["x", "y", "y_2", "y_3", "y_4"]


def test_what_is_assigned_to_several_names_is_called_by_its_operation():
    def fn(x):
        first, second = jnp.sin(x), jnp.cos(x)
        return first * second

    assert names_of(fn, 1.0) == ["x", "sin", "cos", "mul"]


def test_a_lambda_does_not_lend_its_name():
    squared = lambda x: x * x  # noqa: E731
    assert names_of(squared, 3.0) == ["x", "mul"]


def test_a_variable_named_as_an_input_or_an_operation_clashes_with_neither():
    def fn(mul, constant, y_2):
        y = mul * constant
        mul = y * y_2
        y = mul * 3.0
        return y + y

    names = [node.name for node in trace(fn, 1.0, 2.0, 3.0).nodes]
    assert len(set(names)) == len(names)
    assert names[:3] == ["mul", "constant", "y_2"]


def test_arrays_in_trees_have_their_paths():
    class Pair(NamedTuple):
        left: Any
        right: Any

    tree = {"w": [jnp.ones(2), 3.0], "p": Pair(1.0, 2.0)}
    graph = trace(lambda tree, b: jnp.sum(tree["w"][0]) * tree["w"][1] * tree["p"].left * b, tree, 1.0)
    assert list(graph.inputs) == ["tree['p'].left", "tree['p'].right", "tree['w'][0]", "tree['w'][1]", "b"]


def test_names_take_the_place_of_the_parameters():
    graph = trace(lambda a, b: a["x"] * b, {"x": 1.0}, 2.0, names=["left", "right"])
    assert list(graph.inputs) == ["left['x']", "right"]
    assert list(trace(lambda a: a * a, 1.0, names="only").inputs) == ["only"]


class Model:
    """A thing that can be called, with methods."""

    def loss(self, weights):
        return jnp.sum(weights)

    def __call__(self, w, b):
        return jnp.sum(w) * b


@pytest.mark.parametrize(
    ("fn", "count", "expected"),
    [
        (Model().loss, 1, ["weights"]),
        (Model(), 2, ["w", "b"]),
        (jax.jit(Model().loss), 1, ["weights"]),
        (functools.partial(error_of, y=3.0), 2, ["v", "x"]),
        (functools.partial(error_of, 3.0), 2, ["x", "y"]),
        (lambda first, *rest: first * rest[0] * rest[1], 3, ["first", "rest[0]", "rest[1]"]),
        (jnp.sum, 1, ["a"]),
    ],
)
def test_names_are_those_of_the_parameters_of_whatever_is_called(fn, count, expected):
    assert list(trace(fn, *[1.0] * count).inputs) == expected


def test_a_function_without_a_readable_source_is_named_by_operations():
    space: dict[str, Any] = {"jnp": jnp}
    exec(compile("def fn(x):\n    y = jnp.sin(x)\n    return y * 2.0", "<no file>", "exec"), space)
    graph = trace(space["fn"], 1.0)
    assert [node.name for node in graph.nodes if node.operation != "constant"] == ["x", "sin", "mul"]
    assert node_of(graph, "sin").source.endswith(":2")


def test_a_cell_run_again_with_another_text_has_the_new_names():
    for variable in ("old", "new"):
        text = f"def fn(x):\n    {variable} = jnp.sin(x)\n    return {variable} * 2.0\n"
        cache: dict[str, Any] = linecache.cache
        cache["<cell 1>"] = (len(text), None, text.splitlines(keepends=True), "<cell 1>")
        space: dict[str, Any] = {"jnp": jnp}
        exec(compile(text, "<cell 1>", "exec"), space)
        assert variable in names_of(space["fn"], 1.0)


def test_source_is_the_file_and_line():
    graph = trace(error_of, 1.0, 2.0, 3.0)
    first = error_of.__code__.co_firstlineno
    assert node_of(graph, "prediction").source == f"test_names.py:{first + 1}"
    assert node_of(graph, "error").source == f"test_names.py:{first + 2}"
    assert node_of(graph, "v").source == ""


def test_the_line_is_the_users_not_the_librarys():
    def fn(x):
        probabilities = jax.nn.softmax(x)
        return probabilities[0]

    graph = trace(fn, jnp.ones(2))
    line = fn.__code__.co_firstlineno + 1
    assert node_of(graph, "probabilities").source == f"test_names.py:{line}"


def test_the_scope_is_the_functions_around():
    def fn(x):
        return jax.jit(doubled)(x) + doubled(x)

    graph = trace(fn, 1.0)
    scopes = [node.scope for node in graph.nodes if node.operation == "mul"]
    line = fn.__code__.co_firstlineno + 1
    assert scopes == [("doubled",), (f"doubled:{line}",)]
    assert node_of(graph, graph.output).scope == ()


def test_the_scope_does_not_depend_on_where_trace_is_called():
    def deeper():
        return trace(error_of, 1.0, 2.0, 3.0)

    assert {node.scope for node in deeper().nodes} == {()}


def test_named_scopes_are_scopes():
    def fn(x):
        with jax.named_scope("layer"), jax.named_scope("inner"):
            y = jnp.sin(x)
        return y * 2.0

    graph = trace(jax.jit(fn), 1.0)
    assert node_of(graph, "y").scope[-2:] == ("layer", "inner")


def test_a_function_with_its_own_rule_is_called_by_its_name():
    graph = trace(lambda x: jnp.sum(jax.nn.relu(x)), jnp.ones(2))
    assert "relu" in [node.name for node in graph.nodes]


def test_each_result_of_an_operation_is_a_node():
    graph = trace(lambda x: jnp.sum(jax.lax.top_k(x, 2)[0]), jnp.arange(3.0))
    outputs = [(node.output, node.gradient is None) for node in graph.nodes if node.operation == "top_k"]
    assert outputs == [(0, False), (1, True)]
