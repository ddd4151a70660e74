"""Where an equation was written, and when two are one function."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from bnact.tracing import evaluated, no_call
from bnact.tracing.places import NOWHERE, place_of


def equations_of(fn, *arguments, **options):
    met = []

    def rule(equation, inputs):
        met.append(equation)
        return equation.outputs(*inputs)

    evaluated(fn, arguments, rule, *arguments, **options)
    return met


def helper(x):
    return jnp.sin(x)


HELPER_LINE = helper.__code__.co_firstlineno + 1


class NoSource:
    """What JAX keeps with an equation where it keeps nothing."""

    traceback = None
    name_stack = ""


def test_nothing_is_known_of_nowhere():
    assert (NOWHERE.file, NOWHERE.line, NOWHERE.function, NOWHERE.scope) == ("", 0, "", ())
    assert place_of(NoSource, NOWHERE) == NOWHERE


def test_what_has_no_place_of_its_own_has_that_of_the_call():
    call = NOWHERE._replace(file="model.py", line=3, function="loss").within("layer")
    place = place_of(NoSource, call)
    assert (place.file, place.line, place.scope) == ("model.py", 3, ("layer",))


def test_the_file_and_the_line_are_those_of_the_statement():
    (equation,) = equations_of(helper, 1.0)
    assert equation.place.file == __file__
    assert equation.place.line == HELPER_LINE
    assert equation.place.function == "helper"


def test_the_scope_goes_through_jit_and_remat():
    def fn(x):
        return jax.jit(helper)(x)

    (equation,) = equations_of(fn, 1.0)
    assert equation.place.scope == ("helper",)
    (equation,) = equations_of(jax.checkpoint(fn), 1.0)
    assert equation.place.scope[-1] == "helper"
    assert equation.place.line == HELPER_LINE


def test_a_plain_call_is_a_scope_with_its_line():
    def fn(x):
        return helper(x) * 2.0

    sine, product = equations_of(fn, 1.0)
    assert sine.place.scope == (f"helper:{fn.__code__.co_firstlineno + 1}",)
    assert product.place.scope == ()


def test_every_scope_begins_with_that_around():
    around = NOWHERE.within("step 3")
    assert [equation.place.scope[0] for equation in equations_of(helper, 1.0, around=around)] == ["step 3"]


def test_a_round_of_a_loop_is_written_by_the_same_instructions():
    def fn(x):
        for _ in range(2):
            x = jnp.sin(jnp.sin(x))
        return x

    first, second, third, fourth = (each.place.instructions for each in equations_of(fn, 1.0))
    assert (first, second) == (third, fourth)
    assert first != second


def identities(fn, *arguments):
    return [equation.identity for equation in equations_of(fn, *arguments)]


def test_one_primitive_with_the_same_parameters_is_one_function():
    first, second = identities(lambda x: jnp.sin(jnp.sin(x)), 1.0)
    assert first == second
    assert hash(first) == hash(second)


def test_other_parameters_or_primitives_are_other_functions():
    found = identities(
        lambda x: (x**2, x**3, jnp.sin(x), jnp.sum(x, 0), jnp.sum(x, 1)), np.ones((2, 2), np.float32)
    )
    assert len(set(found)) == 5


@pytest.mark.slow
def test_another_context_is_another_function():
    def fn(x, key):
        return jax.random.uniform(key, x.shape) * x

    def bits():
        found = equations_of(fn, jnp.ones(2), jax.random.key(0))
        return next(equation.identity for equation in found if equation.primitive == "random_bits")

    with jax.threefry_partitionable(False):
        old = bits()
    assert old != bits()


def test_of_what_holds_a_function_the_identity_is_not_known():
    def fn(x):
        return lax.scan(lambda c, _: (jnp.sin(c), None), x, None, length=2)[0] + jax.nn.relu(x)

    found = equations_of(fn, 1.0, whole=lambda call: call.primitive.startswith("custom_"))
    assert [each.identity for each in found if each.name in ("scan", "relu")] == [None, None]


def test_no_call_is_whole_by_default():
    (equation,) = equations_of(helper, 1.0)
    assert not no_call(equation)
