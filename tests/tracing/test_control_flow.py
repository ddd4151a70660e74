"""Branches and loops as plain functions, where what they depend on is known."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from bnact.tracing import (
    branch_number,
    computes_while,
    evaluated,
    holds_while,
    scanned_loop,
    taken_branch,
    unrolled_scan,
)

X = np.linspace(0.5, 1.5, 3).astype(np.float32)


def equations_of(fn, *arguments):
    """Every equation of fn that is computed at once, with its inputs."""
    met = []

    def rule(equation, inputs):
        met.append((equation, inputs))
        return equation.outputs(*inputs)

    evaluated(fn, arguments, rule, *arguments)
    return met


def one_of(primitive, fn, *arguments):
    (found,) = [met for met in equations_of(fn, *arguments) if met[0].primitive == primitive]
    return found


@pytest.mark.parametrize(("index", "factor"), [(-2, 1.0), (0, 1.0), (1, 2.0), (2, 3.0), (9, 3.0)])
def test_the_taken_branch_is_the_nearest_to_the_index(index, factor):
    branches = [lambda x, k=k: x * k for k in (1.0, 2.0, 3.0)]
    equation, inputs = one_of("cond", lambda i, x: lax.switch(i, branches, x), jnp.int32(index), X)
    (found,) = taken_branch(equation, [jnp.int32(index), *inputs[1:]])(*inputs[1:])
    np.testing.assert_array_equal(found, X * np.float32(factor))
    assert branch_number(equation, [jnp.int32(index), *inputs[1:]]) == factor - 1.0


def test_a_loop_as_a_scan_computes_the_same_and_has_a_gradient():
    def loop(x, low):
        return lax.while_loop(lambda c: jnp.sum(c) > low, lambda c: c * 0.5, x)

    equation, inputs = one_of("while", loop, X, jnp.float32(1.0))
    scanned = scanned_loop(equation, inputs)
    np.testing.assert_array_equal(scanned(*inputs)[0], loop(X, 1.0))
    place = next(i for i, array in enumerate(inputs) if np.shape(array) == (3,))

    def summed(x):
        return jnp.sum(scanned(*inputs[:place], x, *inputs[place + 1 :])[0])

    np.testing.assert_array_equal(jax.grad(summed)(inputs[place]), np.full(3, 0.25, np.float32))


def test_a_loop_of_several_examples_stops_each_at_its_end():
    def loops(x):
        return jax.vmap(lambda row: lax.while_loop(lambda c: c < 4.0, lambda c: c * 2.0, row))(x)

    equation, inputs = one_of("while", loops, X)
    np.testing.assert_array_equal(scanned_loop(equation, inputs)(*inputs)[0], [4.0, 4.0, 6.0])


def test_an_example_that_has_ended_does_not_begin_again():
    def looped(row):
        return lax.while_loop(lambda c: c < 4.0, lambda c: jnp.where(c < 0.0, c + 1.0, 9.0 - c), row)

    equation, inputs = one_of("while", jax.vmap(looped), np.asarray([3.0, -1.0], np.float32))
    # Carried on, one of the two would always be below 4.
    np.testing.assert_array_equal(scanned_loop(equation, inputs)(*inputs)[0], [6.0, 9.0])


# Every body has no derivative, or an infinite one, where some example stands still.
def rooted(c, shift):
    return jnp.sqrt(c - shift)


STARTS = np.asarray([0.5, 1.5, 3.0, 30.0], np.float32)
STILL = {
    "of one shift": (rooted, np.float32(1.0)),
    "of a shift for each": (rooted, np.asarray([0.4, 1.3, 1.1, 0.9], np.float32)),
    "of a row": (lambda c, shift: jnp.sqrt(c - jnp.sum(shift)), np.asarray([0.25, 0.75], np.float32)),
}


@pytest.mark.parametrize("name", STILL)
@pytest.mark.parametrize("shape", [(4,), pytest.param((2, 2), marks=pytest.mark.slow)])
def test_an_example_that_stands_still_hands_nothing_back(name, shape):
    body, shift = STILL[name]
    each = np.shape(shift) == (4,)
    shift = shift.reshape(shape) if each else shift

    def loops(x, shift):
        def looped(c, shift):
            return lax.while_loop(lambda c: c > 2.0, lambda c: body(c, shift), c)

        for _ in shape:
            looped = jax.vmap(looped, in_axes=(0, 0 if each else None))
        return looped(x, shift)

    arguments = STARTS.reshape(shape), shift
    equation, inputs = one_of("while", loops, *arguments)
    places = [next(i for i, array in enumerate(inputs) if array is one) for one in arguments]

    def summed(*values):
        given = dict(zip(places, values, strict=True))
        scanned = scanned_loop(equation, inputs)
        return jnp.sum(scanned(*(given.get(i, array) for i, array in enumerate(inputs)))[0])

    expected = jax.jacfwd(lambda *values: jnp.sum(loops(*values)), (0, 1))(*arguments)
    assert np.all(np.isfinite(np.concatenate([np.ravel(each) for each in expected])))
    for found, wanted in zip(jax.grad(summed, (0, 1))(*arguments), expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_a_loop_in_a_loop_is_never_given_values_of_another_example():
    def outer(c, least):
        def inner(c):
            return lax.while_loop(
                lambda d: (d[0] < least) & (d[1] < 50), lambda d: (d[0] * 2.0, d[1] + 1), d(c)
            )

        return lax.while_loop(lambda c: c < 0.0, lambda c: inner(c)[0] + 1.5, c)

    def d(c):
        return c, 0

    start, least = np.asarray([9.0, -1.0], np.float32), np.asarray([5.0, -2.0], np.float32)
    equation, inputs = next(
        met for met in equations_of(jax.vmap(outer), start, least) if met[0].primitive == "while"
    )
    steps = equations_of(scanned_loop(equation, inputs), *inputs)
    (scan,) = [each for each, _ in steps if each.primitive == "scan"]
    assert scan.params["length"] == 1


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("length", [0, 3])
@pytest.mark.parametrize("emits", [False, True])
def test_an_unrolled_scan_computes_the_same(reverse, length, emits):
    def scanned(carry, rows):
        def step(carry, row):
            return jnp.sin(carry + row), carry * row if emits else None

        return lax.scan(step, carry, rows, reverse=reverse)

    equation, inputs = one_of("scan", scanned, jnp.float32(0.3), X[:length])
    found = unrolled_scan(equation)(*inputs)
    expected = jax.tree.leaves(scanned(jnp.float32(0.3), X[:length]))
    assert [each.shape for each in found] == [each.shape for each in expected]
    for actual, wanted in zip(found, expected, strict=True):
        np.testing.assert_allclose(actual, wanted, rtol=1e-6)


def looped(x):
    return lax.while_loop(lambda c: c > 1.0, lambda c: c * 0.5, x)


@jax.custom_jvp
def with_a_rule(x):
    return looped(x)


with_a_rule.defjvp(lambda primals, tangents: (with_a_rule(*primals), tangents[0]))
IN_A_SCAN = {
    "loop": (looped, True),
    "loop in jit": (jax.jit(looped), True),
    "loop in a branch": (lambda x: lax.cond(x > 0.0, looped, lambda x: x, x), True),
    "loop in a scan": (lambda x: lax.scan(lambda c, _: (looped(c), None), x, None, length=2)[0], True),
    "loop under a rule": (with_a_rule, False),
    "none": (jnp.sin, False),
}


@pytest.mark.parametrize("name", IN_A_SCAN)
def test_a_loop_is_found_wherever_it_stands_but_under_a_rule(name):
    body, holds = IN_A_SCAN[name]

    def fn(x):
        return lax.scan(lambda c, _: (body(c), None), x, None, length=2)[0]

    assert computes_while(fn, [1.0]) == holds
    assert computes_while(body, [1.0]) == holds
    assert holds_while(one_of("scan", fn, jnp.float32(1.0))[0]) == holds
