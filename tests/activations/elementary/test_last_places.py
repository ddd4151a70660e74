"""Functions right to the last places, each against many digits, dense and to the ends of its domain.

bnact.activations.elementary.arc_tangent, bnact.activations.elementary.error_function,
bnact.activations.elementary.exponentials and bnact.activations.elementary.square_root.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

from bnact.activations.elementary import (
    arc_tangent,
    decay,
    error_function,
    error_function_near_zero,
    expm1_below,
    exponential,
    root_of_square_plus,
    square_bounded,
)

from .last_places import DTYPES, both_signs, computed, largest, smallest_normal, worst_units

INF, NAN = np.inf, np.nan


class Case(NamedTuple):
    """A function, what it is meant to be, where, how well, and what a plain formula would be."""

    fn: object
    truth: object
    units: dict
    reach: dict
    plain: object
    # At -inf, -0.0, 0.0 and inf.
    ends: tuple
    sign: int = 0


EVERYWHERE = {dtype: largest(dtype) for dtype in DTYPES}
EXPONENTS = {"float32": 87.0, "float64": 708.0}


def root(offset, plain, ends):
    return Case(
        lambda x: root_of_square_plus(x, offset),
        lambda x: mpmath.sqrt(x * x + offset),
        {"float32": 1.5, "float64": 1.5},
        EVERYWHERE,
        plain,
        ends,
    )


CASES = {
    "arc_tangent": Case(
        arc_tangent,
        mpmath.atan,
        {"float32": 1.5, "float64": 1.5},
        EVERYWHERE,
        lambda x: 2.0 * jnp.arctan(x / (1.0 + jnp.sqrt(1.0 + x * x))),
        (-np.pi / 2, -0.0, 0.0, np.pi / 2),
    ),
    "error_function": Case(
        error_function,
        mpmath.erf,
        {"float32": 1.5, "float64": 1.5},
        EVERYWHERE,
        lambda x: 1.0 - jax.lax.erfc(x),
        (-1.0, -0.0, 0.0, 1.0),
    ),
    "error_function_near_zero": Case(
        error_function_near_zero,
        mpmath.erf,
        {"float32": 1.5, "float64": 1.5},
        {"float32": 0.949, "float64": 0.949},
        lambda x: 1.0 - jax.lax.erfc(x),
        (None, -0.0, 0.0, None),
    ),
    "expm1_below": Case(
        expm1_below,
        mpmath.expm1,
        {"float32": 1.1, "float64": 2.0},
        EVERYWHERE,
        lambda x: jnp.exp(x) - 1.0,
        (-1.0, 0.0, 0.0, None),
        sign=-1,
    ),
    "decay": Case(
        decay,
        lambda x: mpmath.exp(-abs(x)),
        {"float32": 1.5, "float64": 1.5},
        EXPONENTS,
        lambda x: 1.0 / (jnp.sinh(jnp.abs(x)) + jnp.cosh(x)),
        (0.0, 1.0, 1.0, 0.0),
    ),
    "exponential": Case(
        lambda x: exponential(x).value,
        mpmath.exp,
        {"float32": 1.5, "float64": 2.5},
        EXPONENTS,
        lambda x: 1.0 / (jnp.cosh(x) - jnp.sinh(x)),
        (0.0, 1.0, 1.0, None),
        sign=-1,
    ),
    "root of x^2": root(0.0, lambda x: jnp.exp2(jnp.log2(jnp.abs(x))), (INF, 0.0, 0.0, INF)),
    "root of x^2 + 1": root(1.0, lambda x: jnp.sqrt(x * x + 1.0), (INF, 1.0, 1.0, INF)),
    "root of x^2 + 10^6": root(1e6, lambda x: jnp.sqrt(x * x + 1e6), (INF, 1e3, 1e3, INF)),
}


def points(case, dtype):
    reach = case.reach[dtype]
    # All exponents, and evenly where the functions bend.
    x = both_signs(smallest_normal(dtype), reach, 250, dtype)
    x = np.concatenate([x, both_signs(1e-3, min(reach, 100.0), 500, dtype)])
    return np.abs(x) * np.asarray(case.sign, dtype) if case.sign else x


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_to_the_last_places(case, dtype):
    assert worst_units(case.fn, case.truth, points(case, dtype)) <= case.units[dtype]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_plain_formula_would_be_caught(case, dtype):
    assert worst_units(case.plain, case.truth, points(case, dtype)) > 2.0 * case.units[dtype]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_at_the_ends(case, dtype):
    known = [end is not None for end in case.ends]
    x = np.append(np.array([-INF, -0.0, 0.0, INF])[known], NAN).astype(dtype)
    expected = np.array([end for end in case.ends if end is not None] + [NAN]).astype(dtype)
    found = computed(case.fn, x)
    np.testing.assert_array_equal(found, expected)
    if np.signbit(case.ends[1]):
        np.testing.assert_array_equal(np.signbit(found[:-1]), np.signbit(expected[:-1]))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_one_number_at_a_time_is_the_same(case):
    x = points(case, "float32")
    np.testing.assert_array_equal(computed(jax.vmap(case.fn), x), computed(case.fn, x))


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_bounded_square_is_finite_and_its_reciprocal_underflows(dtype):
    x = np.array([-INF, -largest(dtype), -3.0, 0.0, 3.0, largest(dtype), INF, NAN], dtype)
    bounded = computed(square_bounded, x)
    np.testing.assert_array_equal(bounded[2:5], x[2:5])
    far = bounded[[0, 1, 5, 6]].astype(float)
    np.testing.assert_array_equal(far, far[3] * np.array([-1.0, -1.0, 1.0, 1.0]))
    assert far[3] ** 2 + 1.0 <= largest(dtype)
    assert 1.0 / far[3] ** 2 < smallest_normal(dtype)
    assert np.isnan(bounded[-1])


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_error_function_far_from_where_it_is_one(dtype):
    x = np.array([1e3, largest(dtype), INF], dtype)
    assert np.all(np.isfinite(computed(error_function_near_zero, np.concatenate([-x, x]))))
