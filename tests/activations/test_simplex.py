import functools

import jax
import jax.numpy as jnp
import ml_dtypes
import mpmath
import numpy as np
import pytest

from bnact.activations import log_softmax, softmax, softmin, sparsemax
from bnact.numerics import TOLERANCES, units
from bnact.numerics.finite_differences import jacobian

FLOAT64 = TOLERANCES["float64"]
FUNCTIONS = {"softmax": softmax, "log_softmax": log_softmax, "softmin": softmin, "sparsemax": sparsemax}
each = pytest.mark.parametrize("name", FUNCTIONS)
INFINITY = np.inf

# In rows of sparsemax some entries are above the threshold, some below, none near it.
X = np.array([[0.3, -0.2, 0.6, -1.9], [2.0, 0.1, 1.35, 1.6], [0.0, 0.2, 0.1, -0.1]])


@functools.partial(jax.jit, static_argnums=0)
def jacobians(fn, x):
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


WRONG = {
    "factor": lambda jacobian, values: 1.01 * jacobian,
    "zero": lambda jacobian, values: 0.0 * jacobian,
    # What a rule forgets that has the diagonal of the Jacobian alone.
    "without what the others lose": lambda jacobian, values: np.where(jacobian > 0, jacobian, 0.0),
    "transposed": lambda jacobian, values: jacobian.transpose(0, 3, 2, 1) + 1e-6,
}


@pytest.mark.parametrize("fault", WRONG)
@each
def test_a_wrong_derivative_is_caught(name, fault):
    with jax.enable_x64(True):
        gradient = np.asarray(jacobians(FUNCTIONS[name], X)[0])
    with pytest.raises(AssertionError):
        against_finite_differences(FUNCTIONS[name], WRONG[fault](gradient, X))


def rows_of_scores():
    rng = np.random.default_rng(0)
    return np.concatenate([scale * rng.normal(size=(20, 5)) for scale in (0.1, 1.0, 10.0, 40.0)])


def exact(name, row):
    """Value and Jacobian in 200 digits, written plainly."""
    sign = -1 if name == "softmin" else 1
    weights = [mpmath.exp(sign * mpmath.mpf(float(x))) for x in row]
    total = mpmath.fsum(weights)
    s = [weight / total for weight in weights]
    places = range(len(s))
    if name == "log_softmax":
        slope = [[(1 - s[j]) if i == j else -s[j] for j in places] for i in places]
        return [mpmath.log(each) for each in s], slope
    slope = [[sign * s[i] * ((1 - s[i]) if i == j else -s[j]) for j in places] for i in places]
    return s, slope


@functools.cache
def truth(name, dtype):
    with mpmath.workdps(200):
        values, slopes = zip(*(exact(name, row) for row in rows_of_scores().astype(dtype)), strict=True)
        return np.array(values, np.float64), np.array(slopes, np.float64)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "softmin"])
def test_value_and_slope_of_the_likely_and_the_unlikely(name, dtype):
    x, fn = rows_of_scores().astype(dtype), FUNCTIONS[name]
    with jax.enable_x64(dtype == np.float64):
        values, forward = jax.jit(fn)(x), jax.jit(jax.vmap(jax.jacfwd(fn)))(x)
        reverse = jax.jit(jax.vmap(jax.jacrev(fn)))(x)
    value, slope = truth(name, dtype)
    # A difference of scores is rounded, and its exponential is off by as much as that is large.
    sign = -1 if name == "softmin" else 1
    below = np.ptp(sign * x, axis=-1, keepdims=True)
    assert np.max(units(values, value, dtype) - below) <= 8.0
    # A slope by something else than the score itself is a product; the diagonal is what others lose.
    for found in (forward, reverse):
        diagonal = np.einsum("rii->ri", np.asarray(found)), np.einsum("rii->ri", slope)
        assert np.max(units(*diagonal, dtype) - 2 * below) <= 32.0
        np.testing.assert_allclose(found, slope, rtol=0, atol=4 * np.finfo(dtype).eps)


def test_what_others_compute_would_be_caught():
    x = rows_of_scores().astype(np.float32)
    _, slope = truth("softmax", np.float32)
    found = np.einsum("rii->ri", np.asarray(jax.vmap(jax.jacrev(jax.nn.softmax))(x)))
    assert units(found, np.einsum("rii->ri", slope), np.float32).max() > 1000.0
    value, _ = truth("log_softmax", np.float32)
    assert units(np.asarray(jax.nn.log_softmax(x)), value, np.float32).max() > 1000.0


def test_of_two_scores_it_is_the_sigmoid():
    x = np.array([17.0, 0.0], np.float32)
    slope = jax.grad(lambda x: softmax(x)[0])(x)[0]
    assert slope == pytest.approx(4.1399375e-8, rel=1e-6)
    assert jax.grad(lambda x: jax.nn.softmax(x)[0])(x)[0] == 0.0
    assert log_softmax(x)[0] == pytest.approx(-4.1399375e-8, rel=1e-6)


NAN = [np.nan] * 3


@pytest.mark.parametrize(
    "name, row, expected",
    [
        ("softmax", [INFINITY, 0.0, 1.0], [1.0, 0.0, 0.0]),
        ("log_softmax", [INFINITY, 0.0, 1.0], NAN),
        ("log_softmax", [-INFINITY] * 3, NAN),
        ("sparsemax", [INFINITY, 0.0, 1.0], [1.0, 0.0, 0.0]),
        ("softmin", [-INFINITY, 0.0, 1.0], [1.0, 0.0, 0.0]),
        ("softmax", [-INFINITY, 0.0, 0.0], [0.0, 0.5, 0.5]),
        ("log_softmax", [-INFINITY, 0.0, -200.0], [-INFINITY, 0.0, -200.0]),
        ("sparsemax", [-INFINITY, 0.0, 0.0], [0.0, 0.5, 0.5]),
        ("softmin", [INFINITY, 0.0, 0.0], [0.0, 0.5, 0.5]),
        *((name, [INFINITY, INFINITY, 0.0], [0.5, 0.5, 0.0]) for name in ("softmax", "sparsemax")),
        *((name, [-INFINITY] * 3, [1 / 3] * 3) for name in ("softmax", "sparsemax")),
        ("softmin", [INFINITY] * 3, [1 / 3] * 3),
        *((name, [np.nan, 0.0, 1.0], NAN) for name in FUNCTIONS),
        *((name, [INFINITY, np.nan, 1.0], NAN) for name in FUNCTIONS),
    ],
)
def test_infinite_scores_and_nan(name, row, expected):
    x, fn = np.array(row, np.float32), FUNCTIONS[name]
    np.testing.assert_array_equal(fn(x), np.array(expected, np.float32))
    gradient = jax.grad(lambda x: jnp.sum(fn(x) * jnp.arange(3.0)))(x)
    if name != "log_softmax":
        assert np.all(np.isnan(gradient)) == np.isnan(expected[0])


@each
def test_along_another_axis(name):
    fn, x = FUNCTIONS[name], X.astype(np.float32)
    mask = np.array([True, False, True, True])
    np.testing.assert_array_equal(fn(x.T, axis=0), fn(x).T)
    np.testing.assert_array_equal(fn(x.T, axis=-2, where=mask[:, None]), fn(x, where=mask[None]).T)
    np.testing.assert_array_equal(fn(x[None], axis=2), fn(x)[None])


@each
def test_under_vmap_scan_and_remat(name):
    fn, x = FUNCTIONS[name], X.astype(np.float32)

    def looped(x):
        return jax.lax.scan(lambda carry, row: (carry, fn(row)), 0, x)[1]

    losses = [lambda x, f=f: jnp.sum(jnp.cos(f(x))) for f in (fn, looped, jax.vmap(fn), jax.checkpoint(fn))]
    expected, *others = jax.jit(lambda x: [jax.grad(loss)(x) for loss in losses])(x)
    for other in others:
        np.testing.assert_allclose(other, expected, rtol=3e-5, atol=1e-7)


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16])
@each
def test_half_precision_is_rounded_once(name, dtype):
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.normal(0.0, scale, (50, 8)) for scale in (1.0, 8.0, 2e4)]).astype(dtype)
    fn, cotangent = FUNCTIONS[name], rng.normal(size=x.shape).astype(dtype)
    value, pull = jax.vjp(fn, x)
    (gradient,) = pull(jnp.asarray(cotangent))
    with jax.enable_x64(True):
        truth, pull = jax.vjp(fn, x.astype(np.float64))
        (slope,) = pull(jnp.asarray(cotangent.astype(np.float64)))
    assert value.dtype == gradient.dtype == dtype
    assert units(value, np.asarray(truth), dtype).max() <= 1.0
    # A gradient is a difference of cotangents, whose rounding is that of the largest of them.
    np.testing.assert_allclose(
        gradient.astype(np.float32), slope, rtol=float(jnp.finfo(dtype).eps), atol=2e-6
    )


@pytest.mark.parametrize("dtype", [np.int32, np.complex64, np.bool_])
@each
def test_only_real_floating_numbers(name, dtype):
    message = f"^{name}: x must be real floating point; got .*; cast it, e.g. to float32$"
    with pytest.raises(TypeError, match=message):
        FUNCTIONS[name](jnp.ones(4, dtype))


@each
def test_refusals(name):
    fn, x = FUNCTIONS[name], jnp.ones((2, 3), jnp.float32)
    with pytest.raises(
        ValueError, match=rf"^{name}: axis must be one of x; got axis=2 .*; use one from -2 to 1"
    ):
        fn(x, axis=2)
    with pytest.raises(
        ValueError, match=rf"^{name}: the axis must have at least one entry; got shape \(2, 0\)"
    ):
        fn(x[:, :0])
    with pytest.raises(TypeError, match="mask: must be boolean, True counts; got float32"):
        fn(x, where=x)
    with pytest.raises(ValueError, match="mask: must broadcast to x"):
        fn(x, where=jnp.ones((2, 2), bool))
