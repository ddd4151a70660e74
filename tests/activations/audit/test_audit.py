"""An audit finds what is wrong with a function and its gradient, and nothing where all is right."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.activations import ACTIVATIONS, audit
from bnact.activations.audit.measured import measured
from bnact.activations.audit.points import every_finite

FLOAT32 = {"dtypes": ("float32",), "points": 400}


def covers(row, x):
    """Whether the row calls the results around x bad."""
    return any(run.low <= x <= run.high for run in row.runs)


@pytest.fixture(scope="module")
def gelu_in_float16():
    return audit(jax.nn.gelu, dtypes=("float16",))


@pytest.mark.slow
def test_the_gradient_of_the_default_gelu_is_nan_for_18114_inputs_of_float16(gelu_in_float16):
    derivative = gelu_in_float16.row("float16", "derivative")
    assert gelu_in_float16.reference == "the definition of bnact's gelu_tanh"
    assert (derivative.points, derivative.not_finite) == (63_488, 18_114)
    assert covers(derivative, 1000.0)
    assert covers(derivative, -1000.0)
    assert not gelu_in_float16.passed
    assert gelu_in_float16.row("float16", "value").not_finite == 0


def test_the_gradient_of_the_other_gelu_is_finite():
    other = functools.partial(jax.nn.gelu, approximate=False)
    x = every_finite(np.float16)
    assert np.all(np.isfinite(measured(other, x).derivative))
    assert np.sum(~np.isfinite(measured(jax.nn.gelu, x).derivative)) == 18_114
    found = audit(other, **FLOAT32)
    assert found.name == "jax.nn.gelu(approximate=False)"
    assert found.reference == "the definition of bnact's gelu"
    assert found.row("float32", "derivative").not_finite == 0
    assert covers(found.row("float32", "value"), -8.0)


def test_squareplus_overflows():
    """It squares: a quarter of all inputs of float16 are too large for that."""
    assert np.sum(np.isinf(measured(jax.nn.squareplus, every_finite(np.float16)).value)) == 16_384
    value = audit(jax.nn.squareplus, **FLOAT32).row("float32", "value")
    assert value.not_finite > 0
    assert covers(value, 1e20)
    assert covers(value, -1e4)


@pytest.mark.parametrize(
    "fn, name, x", [(jax.nn.sigmoid, "sigmoid", 17.0), (jax.nn.elu, "elu", -20.0), (jnp.tanh, "tanh", 10.0)]
)
def test_tails_that_are_cut_off_and_ours(fn, name, x):
    theirs, ours = audit(fn, name, **FLOAT32), audit(name, **FLOAT32)
    slope = theirs.row("float32", "derivative")
    assert (slope.worst > 1e6) == covers(slope, x)
    assert ours.passed
    assert not ours.row("float32", "derivative").runs


def test_sigmoid_has_no_slope_at_17():
    slope = audit(jax.nn.sigmoid, **FLOAT32).row("float32", "derivative")
    assert covers(slope, 17.0)
    assert slope.got == 0.0
    assert slope.truth > 0.0


@pytest.mark.parametrize("name", ["identity", "relu", "sigmoid", "elu", "soft_sign", "silu"])
def test_ours_pass(name):
    found = audit(name, **FLOAT32)
    assert found.passed, found
    assert found.name == f"bnact's {name}"
    assert found.reference == f"the definition of bnact's {name}"


def test_every_finite_number_of_a_half_precision():
    found = audit("relu", dtypes=("bfloat16",))
    assert found.passed
    assert [(row.quantity, row.points, row.returned) for row in found.rows] == [
        ("value", 65_280, "bfloat16"),
        ("derivative", 65_280, "bfloat16"),
    ]


def test_a_function_of_ones_own():
    found = audit(lambda x: jnp.log(1.0 + x * x), **FLOAT32)
    value = found.row("float32", "value")
    assert found.reference == "the function's own formula, followed in 100 digits"
    assert found.name == "the function"
    assert covers(value, 1e-4)
    assert covers(value, 1e25)
    assert value.not_finite > 0
    assert audit(lambda x: 2.0 * x + 0.0, **FLOAT32).passed


def test_a_formula_as_reference():
    better = audit(
        lambda x: jnp.log1p(x * x), lambda x: jnp.log(1.0 + x * x), dtypes=("float32",), points=200
    )
    assert better.reference == "the formula given as reference"
    assert not covers(better.row("float32", "value"), 1e-4)


@jax.custom_jvp
def straight_through(x):
    return jnp.sign(x)


straight_through.defjvp(lambda primals, tangents: (jnp.sign(*primals), tangents[0]))


def test_a_derivative_of_its_own():
    meant = audit(straight_through, jnp.sign, derivative=lambda x: x * 0.0 + 1.0, **FLOAT32)
    assert meant.passed
    assert meant.reference == "the formula given as reference, with a derivative of its own"
    by_autodiff = audit(straight_through, jnp.sign, **FLOAT32)
    assert by_autodiff.row("float32", "value").passed
    assert by_autodiff.row("float32", "derivative").beyond == 400


def spoiled(value=1.0, slope=1.0):
    """Sigmoid with its value and its slope multiplied by something."""
    right = ACTIVATIONS["sigmoid"]

    @jax.custom_jvp
    def fn(x):
        return right(x) * value

    fn.defjvp(lambda primals, tangents: (fn(*primals), right.derivative(*primals) * slope * tangents[0]))
    return fn


def test_a_wrong_value_and_a_wrong_derivative_are_told_apart():
    for fn, wrong in ((spoiled(value=1.01), "value"), (spoiled(slope=-1.0), "derivative")):
        found = audit(fn, "sigmoid", **FLOAT32)
        assert [row.quantity for row in found.rows if not row.passed] == [wrong]
    assert audit(spoiled(), "sigmoid", **FLOAT32).passed


def relu_with_slope_at_zero(slope):
    @jax.custom_jvp
    def fn(x):
        return jnp.maximum(x, 0.0)

    @fn.defjvp
    def _rule(primals, tangents):
        (x,) = primals
        beside = jnp.where(x > 0.0, 1.0, 0.0).astype(x.dtype)
        return fn(x), jnp.where(x == 0.0, jnp.asarray(slope, x.dtype), beside) * tangents[0]

    return fn


@pytest.mark.parametrize("slope, right", [(0.0, True), (0.5, True), (1.0, True), (1.1, False), (-0.1, False)])
def test_at_a_kink_what_is_between_both_sides_is_right(slope, right):
    found = audit(relu_with_slope_at_zero(slope), "relu", dtypes=("bfloat16",))
    assert found.passed == right
    # Both zeros, and what counts as zero.
    assert all(run.low == -run.high < 1e-37 for run in found.row("bfloat16", "derivative").runs) or right


def test_nan_at_a_kink_is_found():
    found = audit(relu_with_slope_at_zero(jnp.nan), "relu", dtypes=("bfloat16",))
    assert found.row("bfloat16", "derivative").not_finite > 0


def test_another_dtype_is_a_finding():
    found = audit(lambda x: x.astype(jnp.float32), dtypes=("bfloat16",))
    assert {row.returned for row in found.rows if row.quantity == "value"} == {"float32"}
    assert "bfloat16 becomes float32" in found.to_text()
