"""bnact.activations.learned.surface: partial derivatives in both modes, and how parameters meet features."""

import itertools
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.activations.learned.surface import Surface, bound_to_partials, over_last_axis

# f(x, p) = x^2 p^3 + x.
EXACT = Surface(
    value=lambda x, p: x**2 * p**3 + x,
    by_x=lambda x, p: 2.0 * x * p**3 + 1.0,
    by_parameter=lambda x, p: 3.0 * x**2 * p**2,
    by_x_twice=lambda x, p: 2.0 * p**3,
    by_both=lambda x, p: 6.0 * x * p**2,
    by_parameter_twice=lambda x, p: 6.0 * x**2 * p,
)
MODES = {"forward": jax.jacfwd, "reverse": jax.grad}
X, P = jnp.float32(1.5), jnp.float32(-0.5)

each_mode = pytest.mark.parametrize("mode", MODES.values(), ids=MODES)


def constant(number):
    return lambda x, p: jnp.full_like(x, number)


def bound():
    return bound_to_partials(EXACT)


def applied(x, parameter):
    return over_last_axis("own", "weight", bound(), x, parameter)


@each_mode
def test_first_derivatives(mode):
    assert bound()(X, P) == EXACT.value(X, P)
    assert mode(bound(), 0)(X, P) == EXACT.by_x(X, P)
    assert mode(bound(), 1)(X, P) == EXACT.by_parameter(X, P)


SECOND = {(0, 0): "by_x_twice", (0, 1): "by_both", (1, 0): "by_both", (1, 1): "by_parameter_twice"}
FOUR = list(itertools.product(MODES.values(), MODES.values()))


@pytest.mark.parametrize("outer, inner", FOUR, ids=["ff", "fr", "rf", "rr"])
@pytest.mark.parametrize("first, second", SECOND)
def test_second_derivatives(first, second, inner, outer):
    found = outer(inner(bound(), first), second)(X, P)
    assert found == getattr(EXACT, SECOND[first, second])(X, P)


def test_both_tangents_are_added():
    tangents = jnp.float32(0.25), jnp.float32(4.0)
    value, slope = jax.jvp(bound(), (X, P), tangents)
    assert value == EXACT.value(X, P)
    assert slope == EXACT.by_x(X, P) * 0.25 + EXACT.by_parameter(X, P) * 4.0


@each_mode
def test_a_derivative_is_the_formula_and_not_autodiff_of_the_value(mode):
    marked = bound_to_partials(Surface(*map(constant, range(1, 7))))
    assert [mode(marked, number)(X, P) for number in (0, 1)] == [2.0, 3.0]
    seconds = [mode(mode(marked, first), second)(X, P) for first, second in SECOND]
    assert seconds == [4.0, 5.0, 5.0, 6.0]


@each_mode
def test_an_infinite_slope_along_what_does_not_move(mode):
    steep = bound_to_partials(EXACT._replace(by_parameter=constant(jnp.inf)))
    assert mode(steep, 0)(X, P) == EXACT.by_x(X, P)
    assert mode(steep, 1)(X, P) == jnp.inf


def test_a_wrong_formula_would_be_caught():
    wrong = bound_to_partials(EXACT._replace(by_both=lambda x, p: 6.06 * x * p**2))
    assert jax.grad(jax.grad(wrong, 0), 1)(X, P) != EXACT.by_both(X, P)
    assert jax.grad(jax.grad(wrong, 1), 0)(X, P) != EXACT.by_both(X, P)


@pytest.mark.parametrize("shape", [(3,), (2, 3), (4, 2, 3), (0, 3)])
def test_a_parameter_for_every_feature_or_for_all(shape):
    x = jnp.linspace(-2.0, 2.0, int(np.prod(shape))).reshape(shape)
    weights = jnp.array([0.5, -1.0, 2.0])
    spread = jnp.broadcast_to(weights, shape)
    np.testing.assert_allclose(applied(x, weights), EXACT.value(x, spread), rtol=1e-6)
    np.testing.assert_allclose(applied(x, 2.0), EXACT.value(x, jnp.full(shape, 2.0)), rtol=1e-6)


def test_gradients_sum_over_what_shares_a_parameter():
    x, weights = jnp.arange(12.0).reshape(2, 2, 3), jnp.array([0.5, -1.0, 2.0])
    gradient = jax.grad(lambda x, p: jnp.sum(applied(x, p)), (0, 1))
    by_x, by_weights = gradient(x, weights)
    spread = jnp.broadcast_to(weights, x.shape)
    np.testing.assert_allclose(by_x, EXACT.by_x(x, spread), rtol=1e-6)
    np.testing.assert_allclose(by_weights, EXACT.by_parameter(x, spread).sum((0, 1)), rtol=1e-6)
    shared = gradient(x, jnp.float32(0.5))[1]
    assert shared.shape == ()
    np.testing.assert_allclose(shared, EXACT.by_parameter(x, jnp.full(x.shape, 0.5)).sum(), rtol=1e-6)


@pytest.mark.parametrize("dtype", [jnp.float16, jnp.bfloat16])
def test_half_precision_is_computed_in_float32_and_rounded_once(dtype):
    x, weights = jnp.array([1.001, 0.1, -3.3], dtype), jnp.array([0.7, -1.3, 0.2])
    wide = EXACT.value(x.astype(jnp.float32), weights)
    found = applied(x, weights)
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, wide.astype(dtype))
    narrow = applied(x, weights.astype(dtype))
    rounded = weights.astype(dtype).astype(jnp.float32)
    np.testing.assert_array_equal(narrow, EXACT.value(x.astype(jnp.float32), rounded).astype(dtype))


def test_the_wider_of_the_two_precisions():
    with jax.enable_x64(True):
        x, weight = jnp.array([0.3, 1.7], jnp.float32), jnp.float64(1.0 / 3.0)
        found = applied(x, weight)
        assert found.dtype == jnp.float32
        wide = EXACT.value(x.astype(jnp.float64), jnp.full(2, weight))
        np.testing.assert_array_equal(found, wide.astype(jnp.float32))
        # A Python number takes on x's.
        double = x.astype(jnp.float64)
        np.testing.assert_array_equal(applied(double, 1.0 / 3.0), applied(double, weight))
        assert applied(double, jnp.float32(0.5)).dtype == jnp.float64


def test_under_jit_and_vmap():
    x, weights = jnp.arange(6.0).reshape(2, 3), jnp.array([0.5, -1.0, 2.0])
    expected = applied(x, weights)
    np.testing.assert_array_equal(jax.jit(applied)(x, weights), expected)
    np.testing.assert_array_equal(jax.vmap(applied, (0, None))(x, weights), expected)
    np.testing.assert_array_equal(jax.vmap(applied, (1, 0), 1)(x, weights), expected)


@pytest.mark.parametrize("shape", [(2,), (1,), (1, 3), (2, 3)])
def test_a_parameter_of_another_shape(shape):
    got = re.escape(str(shape))
    message = (
        rf"weight must have shape \(\) or \(features,\); got {got} for x of shape \(2, 3\); use shape \(3,\)$"
    )
    with pytest.raises(ValueError, match=f"^own: {message}"):
        applied(jnp.ones((2, 3)), jnp.ones(shape))


def test_a_parameter_for_features_of_a_number():
    with pytest.raises(ValueError, match=r"got \(3,\) for x of shape \(\); use shape \(\)"):
        applied(1.0, jnp.ones(3))


@pytest.mark.parametrize("value", [1, True, 1j], ids=["integer", "boolean", "complex"])
def test_what_is_no_real_floating_number(value):
    bad = jnp.array([value])
    with pytest.raises(TypeError, match=rf"^own: x must be real floating point; got {bad.dtype}; cast it"):
        applied(bad, 1.0)
    with pytest.raises(TypeError, match=rf"^own: weight must be real floating point; got {bad.dtype}; cast"):
        applied(jnp.ones(1), bad)
