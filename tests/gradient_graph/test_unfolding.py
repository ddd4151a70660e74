"""Loops and branches: folded into one operation, or written down step by step."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from bnact.gradient_graph import trace

X = np.linspace(0.1, 1.0, 6).reshape(3, 2).astype(np.float32)


def scanned(x, reverse=False):
    def step(carry, row):
        carry = jnp.sin(carry * row)
        return carry, jnp.sum(carry)

    last, sums = lax.scan(step, jnp.ones(2), x, reverse=reverse)
    return jnp.sum(last) + jnp.sum(sums)


def steps_of(graph):
    return list(
        dict.fromkeys(part for node in graph.nodes for part in node.scope if part.startswith("step "))
    )


def test_a_scan_is_one_operation_with_a_node_for_each_result():
    graph = trace(scanned, X)
    assert [node.output for node in graph.nodes if node.operation == "scan"] == [0, 1]
    assert steps_of(graph) == []


def test_unfolded_every_step_has_its_scope():
    graph = trace(scanned, X, unfold=True)
    assert not any(node.operation == "scan" for node in graph.nodes)
    assert steps_of(graph) == ["step 0", "step 1", "step 2"]
    assert sum(node.operation == "sin" for node in graph.nodes) == 3


@pytest.mark.slow
def test_a_scan_backwards_is_unfolded_backwards():
    def backwards(x):
        return scanned(x, reverse=True)

    graph = trace(backwards, X, unfold=True)
    assert steps_of(graph) == ["step 2", "step 1", "step 0"]
    np.testing.assert_allclose(graph.value, backwards(X), rtol=1e-6)
    np.testing.assert_allclose(graph.gradients["x"], jax.grad(backwards)(X), rtol=1e-5)


def test_a_nested_scan_is_unfolded_in_each_step():
    def nested(x):
        def outer(carry, row):
            return lax.scan(lambda c, r: (jnp.sin(c * r), None), carry, row)[0], None

        return lax.scan(outer, 1.0, x)[0]

    graph = trace(nested, X, unfold=True)
    scopes = [node.scope for node in graph.nodes if node.operation == "sin"]
    assert len(scopes) == 6
    steps = [tuple(part for part in scope if part.startswith("step ")) for scope in scopes]
    assert steps[:3] == [("step 0", "step 0"), ("step 0", "step 1"), ("step 1", "step 0")]


def test_a_scan_of_no_steps_is_unfolded_to_what_went_in():
    def nothing(x):
        last, sums = lax.scan(lambda carry, row: (carry * row, carry), x[0, 0], x[:0, 0])
        return last + jnp.sum(sums)

    graph = trace(nothing, X, unfold=True)
    assert graph.value == X[0, 0]
    assert steps_of(graph) == []


@pytest.mark.slow
def test_a_scan_over_keys_is_unfolded():
    def noisy(x, keys):
        return lax.scan(lambda carry, key: (carry * x + jax.random.normal(key), key), x, keys)[0]

    keys = jax.random.split(jax.random.key(0), 2)
    graph = trace(noisy, 0.5, keys, unfold=True)
    np.testing.assert_allclose(graph.gradients["x"], jax.grad(noisy)(0.5, keys), rtol=1e-6)


def test_a_scan_that_no_input_reaches_stays_one_operation():
    def fn(x):
        table = lax.scan(lambda carry, _: (carry * 2.0, carry), 1.0, None, length=3)[1]
        return jnp.sum(table) * x

    assert any(node.operation == "scan" for node in trace(fn, 2.0, unfold=True).nodes)


def test_of_a_branch_only_the_taken_one_is_there():
    def fn(x):
        return lax.cond(x > 0.0, jnp.sin, jnp.cos, x)

    for x, taken, other in ((1.0, "sin", "cos"), (-1.0, "cos", "sin")):
        operations = {node.operation: node for node in trace(fn, x).nodes}
        assert taken in operations
        assert other not in operations
    assert operations["cos"].scope == ("branch 0",)


def test_an_index_out_of_range_takes_the_nearest_branch():
    for index, expected in ((-3, 0.0), (7, 2.0)):
        graph = trace(
            lambda x, i=index: lax.switch(i, [lambda x, k=k: x * k for k in (0.0, 1.0, 2.0)], x), 1.0
        )
        assert graph.gradients["x"] == expected
        assert {node.scope for node in graph.nodes if node.operation == "mul"} == {
            (f"branch {expected:.0f}",)
        }


def collatz(row, start):
    return lax.while_loop(lambda c: c > 1.0, lambda c: c * 0.5 * jnp.cos(row), start)


def test_a_loop_is_a_scan_of_its_rounds_and_unfolds():
    graph = trace(lambda x: collatz(0.1, x), 7.0)
    assert [node.operation for node in graph.nodes if node.operation in ("while", "scan")] == ["scan"]
    assert steps_of(trace(lambda x: collatz(0.1, x), 7.0, unfold=True)) == ["step 0", "step 1", "step 2"]


def test_a_loop_of_no_rounds_hands_its_gradient_through():
    graph = trace(lambda x: collatz(0.1, x), 0.5)
    assert (graph.value, graph.gradients["x"]) == (0.5, 1.0)


@pytest.mark.slow
def test_a_loop_in_a_scan_goes_as_many_rounds_as_each_step_needs():
    def fn(x):
        return lax.scan(lambda carry, row: (collatz(row[0], carry + row[1] * 4.0), None), jnp.sum(x), x)[0]

    def by_hand(x):
        carry = jnp.sum(x)
        for row in x:
            carry = carry + row[1] * 4.0
            while carry > 1.0:
                carry = carry * 0.5 * jnp.cos(row[0])
        return carry

    graph = trace(fn, X)
    np.testing.assert_allclose(graph.value, by_hand(jnp.asarray(X)), rtol=1e-6)
    np.testing.assert_allclose(graph.gradients["x"], jax.grad(by_hand)(jnp.asarray(X)), rtol=1e-5)


def test_a_loop_in_a_loop():
    def inner(c):
        return lax.while_loop(lambda c: c > 3.0, lambda c: c * 0.7, c)

    def fn(x):
        return lax.while_loop(lambda c: c < 5.0, lambda c: inner(c * 1.9) + c * 0.9 + 0.5, x)

    def by_hand(c):
        while c < 5.0:
            start, c = c, c * 1.9
            while c > 3.0:
                c = c * 0.7
            c = c + start * 0.9 + 0.5
        return c

    graph = trace(fn, 1.0)
    np.testing.assert_allclose(graph.value, by_hand(1.0), rtol=1e-6)
    np.testing.assert_allclose(graph.gradients["x"], jax.grad(by_hand)(1.0), rtol=1e-5)


@pytest.mark.slow
def test_a_loop_for_each_of_several_examples_ends_for_each_at_its_time():
    def fn(x):
        rows = jax.vmap(lambda row: lax.while_loop(lambda c: jnp.sum(c) < 4.0, lambda c: c * 1.5, row))(x)
        return jnp.sum(rows)

    def rounds(row):
        number = 0
        while np.sum(row) * 1.5**number < 4.0:
            number += 1
        return number

    graph = trace(fn, X)
    expected = [[1.5 ** rounds(row)] * 2 for row in X]
    assert len({row[0] for row in expected}) > 1
    np.testing.assert_allclose(graph.value, fn(X), rtol=1e-6)
    np.testing.assert_allclose(graph.gradients["x"], expected, rtol=1e-6)


@pytest.mark.parametrize("unfold", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_an_example_that_stands_still_brings_nothing_to_what_all_use(unfold):
    def fn(x, shift):
        def looped(row):
            return lax.while_loop(lambda c: c > 2.0, lambda c: jnp.sqrt(c - shift), row)

        return jnp.sum(jax.vmap(looped)(x))

    # Of the first the derivative of a round would be undefined, of the second infinite.
    x = np.asarray([0.5, 1.0, 3.0, 30.0], np.float32)
    graph = trace(fn, x, 1.0, unfold=unfold)
    expected = jax.jacfwd(fn, (0, 1))(x, 1.0)
    np.testing.assert_allclose(graph.gradients["x"], expected[0], rtol=1e-5)
    np.testing.assert_allclose(graph.gradients["shift"], expected[1], rtol=1e-5)
