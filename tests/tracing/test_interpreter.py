"""Following a traced function equation by equation, through whatever calls it is wrapped in."""

import gc
import types

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from bnact.tracing import Equation, evaluated


@jax.custom_jvp
def with_a_forward_rule(x):
    return jnp.sin(x) * 2.0


with_a_forward_rule.defjvp(
    lambda primals, tangents: (with_a_forward_rule(*primals), 3.0 * jnp.cos(primals[0]) * tangents[0])
)


@jax.custom_vjp
def with_a_backward_rule(x):
    return jnp.sin(x) * 2.0


with_a_backward_rule.defvjp(
    lambda x: (with_a_backward_rule(x), x), lambda x, cotangent: (5.0 * jnp.cos(x) * cotangent,)
)


def plain(x):
    return jnp.sin(x) * 2.0


CALLS = {
    "plain": plain,
    "jit": jax.jit(plain),
    "jit in jit": jax.jit(lambda x: jax.jit(plain)(x)),
    "remat": jax.checkpoint(plain),
    "remat in jit": jax.jit(jax.checkpoint(plain)),
    "custom_jvp": with_a_forward_rule,
    "custom_vjp": with_a_backward_rule,
    "custom_jvp in jit in remat": jax.checkpoint(jax.jit(with_a_forward_rule)),
    "custom_vjp in jit in remat": jax.checkpoint(jax.jit(with_a_backward_rule)),
    "composite": lax.composite(plain, name="test.plain"),
}

SLOPES = {
    "plain": 2.0,
    "remat": 2.0,
    "jit in jit": 2.0,
    "custom_jvp": 3.0,
    "custom_vjp": 5.0,
    "custom_jvp in jit in remat": 3.0,
    "custom_vjp in jit in remat": 5.0,
}


def computed(equation, inputs):
    """The equations the tests have, by numpy."""
    rules = {"sin": np.sin, "cos": np.cos, "mul": np.multiply, "neg": np.negative, "add": np.add}
    return [np.asarray(rules[equation.primitive](*inputs))]


def recording(met):
    def rule(equation, inputs):
        met.append(equation)
        return computed(equation, inputs)

    return rule


EXAMPLE = (np.float32(0.5),)


@pytest.mark.parametrize("name", CALLS)
def test_a_call_is_followed_into(name):
    met = []
    assert evaluated(CALLS[name], EXAMPLE, recording(met), 0.3) == pytest.approx(2.0 * np.sin(0.3))
    assert [equation.primitive for equation in met] == ["sin", "mul"]


@pytest.mark.parametrize("name", SLOPES)
def test_a_gradient_is_followed_by_the_rule_the_function_has(name):
    found = evaluated(jax.grad(CALLS[name]), EXAMPLE, computed, 0.3)
    assert found == pytest.approx(SLOPES[name] * np.cos(0.3))


def test_a_call_that_is_whole_is_not_followed_into():
    def rule(equation, inputs):
        return [7.0 * inputs[0]] if equation.name == "with_a_forward_rule" else computed(equation, inputs)

    def fn(x):
        return jax.jit(with_a_forward_rule)(x) + plain(x)

    found = evaluated(fn, EXAMPLE, rule, 0.3, whole=lambda call: call.name == "with_a_forward_rule")
    assert found == pytest.approx(7.0 * 0.3 + 2.0 * np.sin(0.3))
    assert evaluated(fn, EXAMPLE, rule, 0.3) == pytest.approx(4.0 * np.sin(0.3))


def test_the_rule_sees_parameters_and_dtypes():
    met = []

    def rule(equation, inputs):
        met.append(equation)
        return [inputs[0] ** equation.params["y"]]

    assert evaluated(lambda x: lax.integer_pow(x, 3), EXAMPLE, rule, 2.0) == 8.0
    (equation,) = met
    assert isinstance(equation, Equation)
    assert equation.dtypes == (np.float32,)


def test_constants_of_a_closure_reach_the_rule():
    constant = jnp.asarray([1.0, 2.0, 3.0], jnp.float32)
    for fn in (lambda x: x * constant, jax.jit(lambda x: x * constant)):
        found = evaluated(fn, (np.ones(3, np.float32),), computed, np.array([2.0, 2.0, 2.0]))
        np.testing.assert_array_equal(found, [2.0, 4.0, 6.0])


def test_several_arguments_and_a_tree_of_results():
    found = evaluated(
        lambda x, y: {"sum": x + y, "both": (x, x * y)}, (np.float32(0), np.float32(0)), computed, 2.0, 5.0
    )
    assert found == {"sum": 7.0, "both": (2.0, 10.0)}


def test_an_argument_or_a_number_may_be_the_result():
    assert evaluated(lambda x: x, EXAMPLE, computed, 4.0) == 4.0
    assert evaluated(lambda x: 1.5, EXAMPLE, computed, 4.0) == 1.5


def test_a_value_is_what_the_rule_makes_it():
    """Not a number at all: the words of what was done."""
    words = evaluated(
        lambda x: jnp.sin(x) * jax.jit(jnp.cos)(x),
        EXAMPLE,
        lambda equation, inputs: [f"{equation.primitive}({','.join(map(str, inputs))})"],
        "x",
    )
    assert words == "mul(sin(x),cos(x))"


def test_a_rule_that_forgets_an_output_is_caught():
    with pytest.raises(ValueError, match="zip"):
        evaluated(plain, EXAMPLE, lambda equation, inputs: [], 0.3)


def test_what_an_equation_computes_keeps_no_traceback():
    met = []

    def rule(equation, inputs):
        met.append(equation)
        return equation.outputs(*inputs)

    evaluated(plain, (1.0,), rule, jnp.float32(1.0))
    for equation in met:
        assert equation.place.instructions is not None
        assert "Traceback" not in {type(each).__name__ for each in held_by(equation.outputs)}


def held_by(function):
    """What a function keeps alive, without modules and classes and what these keep."""
    seen, waiting = {}, [function]
    while waiting:
        each = waiting.pop()
        if id(each) not in seen and not isinstance(each, dict | type | types.ModuleType):
            seen[id(each)] = each
            waiting += gc.get_referents(each)
    return seen.values()
