import functools

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest

from bnact import activations
from bnact.activations import bilinear, crelu, gated, geglu, get, glu, maxout, reglu, swiglu
from bnact.numerics import TOLERANCES, units
from bnact.numerics.finite_differences import jacobian

FLOAT64 = TOLERANCES["float64"]
GATES = {"glu": "sigmoid", "geglu": "gelu", "swiglu": "silu", "reglu": "relu", "bilinear": "identity"}
FUNCTIONS = {
    **{name: getattr(activations, name) for name in GATES},
    "gated by tanh": lambda x, axis=-1: gated(x, "tanh", axis),
    "maxout": lambda x, axis=-1: jnp.moveaxis(maxout(jnp.moveaxis(x, axis, -1), 2), -1, axis),
    "crelu": crelu,
}
each = pytest.mark.parametrize("name", FUNCTIONS)
each_gate = pytest.mark.parametrize("name", GATES)

# No entry, and no difference of two, within a finite difference of 0.
X = np.array([[-3.1, -0.4, 0.7, 2.2], [1.3, 0.55, -2.6, -0.9]])


@functools.partial(jax.jit, static_argnums=0)
def jacobians(fn, x):
    """In reverse and in forward mode."""
    return jax.jacrev(fn)(x), jax.jacfwd(fn)(x)


@functools.cache
def differences(fn):
    with jax.enable_x64(True):
        return jacobian(jax.jit(fn), X)


def against_finite_differences(fn, gradient):
    np.testing.assert_allclose(gradient, differences(fn), rtol=FLOAT64.gradient, atol=FLOAT64.gradient)


@each
def test_first_and_second_derivatives_in_both_modes(name):
    fn = FUNCTIONS[name]
    with jax.enable_x64(True):
        gradients = jacobians(fn, X)
        slope = jax.jit(jax.jacrev(fn))
        seconds, expected = jacobians(slope, X), jacobian(slope, X)
    for gradient in gradients:
        against_finite_differences(fn, gradient)
    for second in seconds:
        np.testing.assert_allclose(second, expected, rtol=FLOAT64.gradient, atol=FLOAT64.gradient)


@pytest.mark.parametrize("fault", ["factor", "halves exchanged", "zero"])
@each
def test_a_wrong_derivative_is_caught(name, fault):
    with jax.enable_x64(True):
        gradient = np.asarray(jacobians(FUNCTIONS[name], X)[0])
    wrong = {"factor": 1.01 * gradient, "halves exchanged": np.roll(gradient, 2, -1), "zero": 0 * gradient}
    with pytest.raises(AssertionError):
        against_finite_differences(FUNCTIONS[name], wrong[fault])


@each
def test_under_vmap_scan_and_remat(name):
    fn, x = FUNCTIONS[name], X.astype(np.float32)

    def looped(x):
        return jax.lax.scan(lambda carry, row: (carry, fn(row)), 0, x)[1]

    losses = [lambda x, f=f: jnp.sum(jnp.cos(f(x))) for f in (fn, looped, jax.vmap(fn), jax.checkpoint(fn))]
    expected, *others = jax.jit(lambda x: [jax.grad(loss)(x) for loss in losses])(x)
    for other in others:
        np.testing.assert_allclose(other, expected, rtol=3e-5, atol=1e-7)


@each
def test_along_another_axis(name):
    fn, x = FUNCTIONS[name], X.astype(np.float32).T
    np.testing.assert_array_equal(fn(x, axis=0), fn(x.T, axis=1).T)
    np.testing.assert_array_equal(fn(x, axis=-2), fn(x, axis=0))


@each_gate
def test_the_second_half_is_the_gate(name):
    x = X.astype(np.float32)
    expected = x[:, :2] * get(GATES[name])(x[:, 2:])
    np.testing.assert_array_equal(FUNCTIONS[name](x), expected)
    np.testing.assert_array_equal(gated(x, GATES[name]), expected)
    if name != "bilinear":
        assert np.max(np.abs(FUNCTIONS[name](np.roll(x, 2, -1)) - expected)) > 0.1


def test_glu_is_that_of_jax():
    x = X.astype(np.float32)
    np.testing.assert_allclose(glu(x), jax.nn.glu(x), rtol=1e-6)


def test_the_tails_of_a_gate_are_exact():
    x = np.array([1.0, 17.0], np.float32)
    assert jax.grad(lambda x: glu(x)[0])(x)[1] == pytest.approx(4.1399375e-8, rel=1e-6)
    assert jax.grad(lambda x: jax.nn.glu(x)[0])(x)[1] == 0.0
    assert swiglu(np.array([1.0, -np.inf], np.float32))[0] == 0.0


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16])
@each
def test_half_precision_is_rounded_once(name, dtype):
    x = np.random.default_rng(0).normal(0.0, 3.0, (200, 8)).astype(dtype)
    fn = FUNCTIONS[name]
    value, pull = jax.vjp(fn, x)
    (gradient,) = pull(jnp.ones_like(value))
    with jax.enable_x64(True):
        truth, pull = jax.vjp(fn, x.astype(np.float64))
        (slope,) = pull(jnp.ones_like(truth))
    assert value.dtype == gradient.dtype == dtype
    assert units(value, np.asarray(truth), dtype).max() <= 1.0
    assert units(gradient, np.asarray(slope), dtype).max() <= 1.0


def test_float16_does_not_overflow_on_the_way():
    assert np.isfinite(geglu(np.array([0.001, 60000.0], np.float16))[0])
    assert bilinear(np.array([1e-3, 6e4], np.float16))[0] == pytest.approx(60.0, rel=1e-3)


def test_the_layout_of_maxout():
    x = np.array([[1.0, 3.0, 2.0, -5.0, -4.0, -6.0]], np.float32)
    np.testing.assert_array_equal(maxout(x, 3), [[3.0, -4.0]])
    np.testing.assert_array_equal(maxout(x, 2), [[3.0, 2.0, -4.0]])
    np.testing.assert_array_equal(maxout(x, 1), x)


def test_among_equals_the_gradient_of_maxout_goes_to_the_first():
    x = np.array([1.0, 2.0, 2.0, 0.0, 0.0, 0.0], np.float32)
    for transform in (jax.jacrev, jax.jacfwd):
        jacobian_at_ties = transform(lambda x: maxout(x, 3))(x)
        np.testing.assert_array_equal(jacobian_at_ties, [[0, 1, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0]])


def test_maxout_of_nan_and_infinity():
    x = np.array([1.0, np.nan, -np.inf, -np.inf, 3.0, np.inf], np.float32)
    np.testing.assert_array_equal(maxout(x, 2), [np.nan, -np.inf, np.inf])


def test_crelu():
    x = np.array([[-2.0, 3.0]], np.float32)
    np.testing.assert_array_equal(crelu(x), [[0.0, 3.0, 2.0, 0.0]])
    np.testing.assert_array_equal(crelu(x, axis=0), [[0.0, 3.0], [2.0, 0.0]])
    np.testing.assert_array_equal(jax.jacrev(crelu)(np.zeros(1, np.float32)), [[0.0], [0.0]])


@pytest.mark.parametrize("dtype", [np.int32, np.complex64, np.bool_])
@each
def test_only_real_floating_numbers(name, dtype):
    message = f"^{name.split()[0]}: x must be real floating point; got .*; cast it, e.g. to float32$"
    with pytest.raises(TypeError, match=message):
        FUNCTIONS[name](jnp.ones(4, dtype))


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda x: glu(x),
            r"^glu: the size of the axis that is split must be even; got 3 along axis -1 of shape \(2, 3\); "
            "use 2 or 4 features$",
        ),
        (
            lambda x: reglu(x, axis=2),
            r"^reglu: axis must be one of x; got axis=2 for x of shape \(2, 3\); use one from -2 to 1$",
        ),
        (
            lambda x: glu(x[0, 0]),
            r"^glu: axis must be one of x; got axis=-1 for x of shape \(\); use an x with at least one axis$",
        ),
        (lambda x: crelu(x, axis=-3), "^crelu: axis must be one of x; got axis=-3"),
        (
            lambda x: maxout(x, 2),
            "^maxout: features must be divisible by pieces; got features=3, pieces=2; "
            r"use pieces in \(1, 3\)$",
        ),
        (lambda x: maxout(x, 0), "^maxout: features must be divisible by pieces; got features=3, pieces=0"),
        (
            lambda x: maxout(x, 3.0),  # pyright: ignore[reportArgumentType]
            "^maxout: features must be divisible by pieces; got features=3, pieces=3.0",
        ),
        (lambda x: maxout(x[0, 0], 1), "^maxout: axis must be one of x"),
        (
            lambda x: glu(x, axis=-1.0),  # pyright: ignore[reportArgumentType]
            r"^glu: axis must be one of x; got axis=-1.0 .*; use one from -2 to 1$",
        ),
        (lambda x: gated(x, "gelo"), "got 'gelo'; nearest: gelu"),
    ],
)
def test_refusals(call, message):
    x = jnp.ones((2, 3), jnp.float32)
    with pytest.raises(ValueError, match=message):
        call(x if "gelo" not in message else jnp.ones((2, 4), jnp.float32))
