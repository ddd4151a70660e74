"""Evaluation in a hundred digits where formulas branch, and where there is no finite real number."""

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from jax import lax

from bnact.tracing.multiprecision import exact
from tests.tracing.many_digits import INFINITE, POINTS, agree, by_mpmath


def test_select_with_two_and_with_several_cases():
    two = exact(lambda x: jnp.where(x > 0.0, 2.0 * x, -x), POINTS)
    agree(two, by_mpmath(lambda x: 2 * x if x > 0 else -x))

    def by_the_sign(x):
        which = (x >= -1.0).astype(jnp.int32) + (x >= 1.0).astype(jnp.int32)
        return lax.select_n(which, -x, x * x, x + 10.0)

    several = by_mpmath(lambda x: -x if x < -1 else (x * x if x < 1 else x + 10))
    agree(exact(by_the_sign, POINTS), several)


def test_select_by_what_does_not_depend_on_the_point():
    agree(exact(lambda x: jnp.where(jnp.asarray(True), x, 0.0), POINTS), POINTS)
    agree(exact(lambda x: jnp.where(jnp.asarray(False), x, 2.0), POINTS), [2.0] * len(POINTS))


def test_a_case_that_is_not_taken_may_be_undefined():
    agree(exact(lambda x: jnp.where(x > 0.0, jnp.log(x), 1.0), np.array([-1.0, 0.0, 1.0])), [1.0, 1.0, 0.0])


COMPARISONS = {
    "greater": (lambda x: x > 0.25, lambda x: x > 0.25),
    "greater or equal": (lambda x: x >= 0.25, lambda x: x >= 0.25),
    "less": (lambda x: x < 0.25, lambda x: x < 0.25),
    "less or equal": (lambda x: x <= 0.25, lambda x: x <= 0.25),
    "equal": (lambda x: x == 0.25, lambda x: x == 0.25),
    "not equal": (lambda x: x != 0.25, lambda x: x != 0.25),
    "finite": (jnp.isfinite, np.isfinite),
    "NaN": (jnp.isnan, np.isnan),
    "and": (lambda x: (x > -1.0) & (x < 1.0), lambda x: -1.0 < x < 1.0),
    "or": (lambda x: (x < -1.0) | (x > 1.0), lambda x: x < -1.0 or x > 1.0),
    "not": (lambda x: ~(x > 0.25), lambda x: not x > 0.25),
    "one of two": (lambda x: (x > -1.0) ^ (x > 1.0), lambda x: (x > -1.0) != (x > 1.0)),
}


@pytest.mark.parametrize("name", COMPARISONS)
def test_comparisons_at_numbers_infinities_and_nan(name):
    fn, right = COMPARISONS[name]
    points = np.concatenate([POINTS, INFINITE])
    found = exact(fn, points)
    assert [bool(value) for value in found] == [bool(right(x)) for x in points]
    agree(exact(lambda x: jnp.where(fn(x), 1.0, 2.0), points), [1.0 if right(x) else 2.0 for x in points])
    agree(exact(lambda x: fn(x).astype(x.dtype), points), [1.0 if right(x) else 0.0 for x in points])


AT_INFINITIES = {
    "exp": (jnp.exp, [0.0, np.inf, np.nan]),
    "sigmoid": (jax.nn.sigmoid, [0.0, 1.0, np.nan]),
    "tanh": (jnp.tanh, [-1.0, 1.0, np.nan]),
    "erf": (lax.erf, [-1.0, 1.0, np.nan]),
    "sin": (jnp.sin, [np.nan, np.nan, np.nan]),
    "maximum": (lambda x: jnp.maximum(x, 0.0), [0.0, np.inf, np.nan]),
    "minimum": (lambda x: jnp.minimum(0.0, x), [-np.inf, 0.0, np.nan]),
    "clip": (lambda x: lax.clamp(-1.0, x, 1.0), [-1.0, 1.0, np.nan]),
    "the difference of infinities": (lambda x: x - x, [np.nan, np.nan, np.nan]),
    "infinity times zero": (lambda x: x * 0.0, [np.nan, np.nan, np.nan]),
    "reciprocal": (lambda x: 1.0 / x, [0.0, 0.0, np.nan]),
    "logarithm": (lambda x: jnp.log(jnp.abs(x)), [np.inf, np.inf, np.nan]),
    "remainder": (lambda x: lax.rem(x, jnp.full_like(x, 2.0)), [np.nan, np.nan, np.nan]),
    "whole number": (lambda x: x.astype(jnp.int32).astype(x.dtype), [np.nan, np.nan, np.nan]),
}


@pytest.mark.parametrize("name", AT_INFINITIES)
def test_infinities_and_nan(name):
    fn, right = AT_INFINITIES[name]
    agree(exact(fn, INFINITE), right)


def test_division_by_zero():
    agree(exact(lambda x: x / 0.0, np.array([-2.0, 0.0, 3.0, np.nan])), [-np.inf, np.nan, np.inf, np.nan])
    agree(exact(lambda x: lax.integer_pow(x, -2), np.array([0.0, 2.0])), [np.inf, 0.25])
    agree(exact(lax.rsqrt, np.array([0.0, 4.0, -1.0])), [np.inf, 0.5, np.nan])


def test_where_there_is_no_real_number():
    agree(exact(jnp.log, np.array([-1.0, 0.0])), [np.nan, -np.inf])
    agree(exact(jnp.sqrt, np.array([-1.0])), [np.nan])
    agree(exact(lambda x: x**0.5, np.array([-1.0])), [np.nan])


def test_numbers_have_no_bounds():
    (found,) = exact(lambda x: jnp.log(jnp.exp(jnp.exp(x))), np.array([30.0]))
    agree([found], by_mpmath(mpmath.exp, [30.0]))


def test_numbers_that_do_not_fit_into_memory_count_as_infinite():
    point = np.array([1e30])
    agree(exact(lambda x: jnp.exp(-jnp.exp(x)), point), [0.0])
    agree(exact(lambda x: jnp.exp(jnp.exp(x)), point), [np.inf])
    agree(exact(lambda x: jnp.cosh(jnp.exp(x)), point), [np.inf])
    agree(exact(lambda x: jnp.tanh(-jnp.exp(x)), np.array([20.0, 1e10, 1e30])), [-1.0, -1.0, -1.0])


def test_rounding_to_whole_numbers_by_a_change_of_type():
    found = exact(lambda x: x.astype(jnp.int32).astype(x.dtype), np.array([-1.5, 2.9]))
    agree(found, [-1.0, 2.0])


def test_a_change_to_a_narrower_type_rounds_nothing():
    agree(exact(lambda x: x.astype(jnp.bfloat16).astype(x.dtype), POINTS), POINTS)


def test_constants_are_float64():
    constant = np.float64(0.1)
    agree(exact(lambda x: x * 0.0 + constant, np.array([1.0])), [0.1])
    agree(exact(lambda x: 0.1, np.array([1.0, 2.0])), [0.1, 0.1])


UNSUPPORTED = {
    "bitcast_convert_type": lambda x: lax.bitcast_convert_type(x, jnp.int64).astype(x.dtype),
    "reduce_sum": lambda x: jnp.sum(jnp.broadcast_to(x, (3,))),
    "and": lambda x: (x.astype(jnp.int32) & 1).astype(x.dtype),
}


@pytest.mark.parametrize("operation", UNSUPPORTED)
def test_an_operation_without_a_rule(operation):
    with pytest.raises(
        NotImplementedError, match=f"must have a rule in many digits; got '{operation}'; write"
    ):
        exact(UNSUPPORTED[operation], POINTS)


def test_a_function_of_a_scalar_that_returns_more():
    with pytest.raises(
        ValueError, match=r"must make a scalar of a scalar; got shapes \[\(2,\)\]; use an elem"
    ):
        exact(lambda x: jnp.broadcast_to(x, (2,)), POINTS)
