import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.activations import ACTIVATIONS, get
from bnact.invariants import assert_tail_exact, tail_residuals

A_FEW = ("sigmoid", "tanh", "gelu", "squareplus")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in A_FEW else pytest.mark.slow) for name in ACTIVATIONS]
)
def test_the_activations_of_the_package_are_exact(name):
    assert_tail_exact(name)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", A_FEW)
def test_so_they_are_in_every_dtype(name, dtype):
    assert_tail_exact(get(name), dtype=dtype)


def sigmoid_whose_slope_is(formula):
    @jax.custom_jvp
    def wrong(x):
        return get("sigmoid")(x)

    wrong.defjvp(lambda at, along: (wrong(*at), formula(at[0]) * along[0]))
    return wrong


right = get("sigmoid").derivative
TWINS = {
    "what autodiff makes of the formula": jax.nn.sigmoid,
    "factor 1.01": sigmoid_whose_slope_is(lambda x: 1.01 * right(x)),
    "zero": sigmoid_whose_slope_is(jnp.zeros_like),
    "sign": sigmoid_whose_slope_is(lambda x: -right(x)),
    "zero far out": sigmoid_whose_slope_is(lambda x: jnp.where(jnp.abs(x) < 16, right(x), 0)),
    "dropped term": sigmoid_whose_slope_is(get("sigmoid")),
    "mirrored": sigmoid_whose_slope_is(lambda x: right(x + 1e-3)),
}


@pytest.mark.parametrize("twin", TWINS)
def test_a_wrong_derivative_is_refused(twin):
    with pytest.raises(AssertionError, match=r"derivative: .* residual .* of shape \(192,\)"):
        assert_tail_exact(TWINS[twin], "sigmoid")


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(lambda x: 1.0001 * get("sigmoid")(x), id="factor"),
        pytest.param(lambda x: 1 - get("sigmoid")(-x), id="cancelling"),
    ],
)
def test_a_wrong_value_is_refused(wrong):
    with pytest.raises(AssertionError, match=r"value: it is the true one in the tails, worst at x = "):
        assert_tail_exact(wrong, "sigmoid")


def test_the_error_names_function_and_dtype():
    with pytest.raises(AssertionError, match=r"^assert_tail_exact failed: .*sigmoid in float32, 192"):
        assert_tail_exact(jax.nn.sigmoid)


def test_a_function_with_a_derivative_of_its_own():
    assert_tail_exact(jnp.arctan, derivative=lambda x: 1 / (1 + x * x))
    with pytest.raises(AssertionError, match="derivative"):
        assert_tail_exact(jnp.arctan, derivative=lambda x: 1 / (2 + x * x))


def test_autodiff_of_a_formula_may_cancel_where_the_formula_does_not():
    with pytest.raises(AssertionError, match="failed: derivative"):
        assert_tail_exact(lambda x: x / jnp.sqrt(1 + x * x))


def test_the_data_are_numbers():
    found = tail_residuals("sigmoid")
    assert found.x.shape == found.value.value.shape == found.derivative.bound.shape == (192,)
    assert np.all(np.abs(found.derivative.value) <= found.derivative.bound)
    assert found.derivative.bound[-1] == pytest.approx(1.2e-38, rel=0.1), "the smallest normal number"


def test_inside_jit_it_is_a_constant():
    def step(x):
        assert_tail_exact("sigmoid")
        return 2 * x

    np.testing.assert_array_equal(jax.jit(step)(jnp.ones(2)), 2)


@pytest.mark.parametrize(
    "error, message, call",
    [
        (ValueError, "sigmoit", {"activation": "sigmoit"}),
        (TypeError, "activation must be a name, an Activation or a function of one array", {"activation": 3}),
        (
            ValueError,
            "dtype must be one of float16.*got 'float64'",
            {"activation": "sigmoid", "dtype": "float64"},
        ),
        (ValueError, "elementwise", {"activation": jax.nn.softmax, "reference": "sigmoid"}),
    ],
)
def test_what_cannot_be_examined_is_an_error(error, message, call):
    with pytest.raises(error, match=message):
        assert_tail_exact(**call)


@pytest.mark.parametrize("function", [tail_residuals, assert_tail_exact])
@pytest.mark.parametrize("call", [{"activation": 3}, {"activation": "sigmoid", "dtype": "float64"}])
def test_an_error_names_the_function_that_was_called(function, call):
    with pytest.raises((TypeError, ValueError), match=f"^{function.__name__}: "):
        function(**call)
