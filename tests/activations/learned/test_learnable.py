"""bnact.activations.learned.learnable, every activation with a learnable parameter alike."""

import functools

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest

from bnact.activations import LEARNABLE, learnable_snake, prelu, swish
from bnact.activations import thresholded_linear as tlu
from bnact.numerics import TOLERANCES, units
from bnact.numerics.finite_differences import jacobian

FUNCTIONS = {"prelu": prelu, "swish": swish, "thresholded_linear": tlu, "snake": learnable_snake}
each = pytest.mark.parametrize("name", LEARNABLE)
FLOAT32, FLOAT64 = TOLERANCES["float32"], TOLERANCES["float64"]

# No point within a finite difference of a kink.
X = np.array([[-3.1, -0.4, 0.7, 2.2], [1.3, 0.55, -2.6, -0.9]])
PARAMETERS = np.array([0.3, -0.8, 0.9, 1.7])
EXTREMES = np.array([-np.inf, -1e30, -200.0, -0.0, 0.0, 1e-30, 200.0, 1e30, np.inf], np.float32)


@functools.partial(jax.jit, static_argnums=0)
def value_and_jacobians(fn, x, parameter):
    """The value, its Jacobians by x and by the parameter, and the Hessian by both in either mode."""
    both = (0, 1)
    reverse, forward = jax.jacrev(fn, both), jax.jacfwd(fn, both)
    hessians = jax.jacfwd(reverse, both), jax.jacrev(forward, both)
    return (
        fn(x, parameter),
        reverse(x, parameter),
        forward(x, parameter),
        [h(x, parameter) for h in hessians],
    )


@functools.cache
def differences(fn):
    """The Jacobians of fn by x and by the parameter at X and PARAMETERS."""
    compiled = jax.jit(fn)
    with jax.enable_x64(True):
        by_x = jacobian(lambda x: compiled(x, PARAMETERS), X)
        return by_x, jacobian(lambda parameter: compiled(X, parameter), PARAMETERS)


def against_finite_differences(fn, gradients):
    """Asserts that these are the Jacobians of fn by x and by the parameter at X and PARAMETERS."""
    for gradient, truth in zip(gradients, differences(fn), strict=True):
        np.testing.assert_allclose(gradient, truth, rtol=FLOAT64.gradient, atol=FLOAT64.gradient)


@each
def test_first_and_second_derivatives_in_both_modes(name):
    fn = FUNCTIONS[name]
    with jax.enable_x64(True):
        _, reverse, forward, hessians = value_and_jacobians(fn, X, PARAMETERS)
        slopes = [jax.jit(lambda x, p, k=k: jax.jacrev(fn, k)(x, p)) for k in (0, 1)]
        expected = [
            (
                jacobian(lambda x, s=slope: s(x, PARAMETERS), X),
                jacobian(lambda p, s=slope: s(X, p), PARAMETERS),
            )
            for slope in slopes
        ]
    against_finite_differences(fn, reverse)
    against_finite_differences(fn, forward)
    for hessian in hessians:
        for block, truth in zip(jax.tree.leaves(hessian), jax.tree.leaves(expected), strict=True):
            np.testing.assert_allclose(block, truth, rtol=FLOAT64.gradient, atol=FLOAT64.gradient)


WRONG = {
    "factor": lambda by_x, by_p: (1.01 * by_x, by_p),
    "sign": lambda by_x, by_p: (by_x, -by_p),
    "zero": lambda by_x, by_p: (by_x, 0.0 * by_p),
    "feature": lambda by_x, by_p: (by_x, np.roll(by_p, 1, axis=-1)),
}


@pytest.mark.parametrize("fault", WRONG)
@each
def test_a_wrong_derivative_is_caught(name, fault):
    with jax.enable_x64(True):
        gradients = value_and_jacobians(FUNCTIONS[name], X, PARAMETERS)[1]
    with pytest.raises(AssertionError):
        against_finite_differences(FUNCTIONS[name], WRONG[fault](*map(np.asarray, gradients)))


@each
def test_a_shared_parameter_is_one_that_is_repeated(name):
    fn, x = FUNCTIONS[name], X.astype(np.float32)
    slope = jax.jit(jax.grad(lambda p: jnp.sum(fn(x, p))))
    each_feature = slope(jnp.full(4, 0.4))
    np.testing.assert_array_equal(fn(x, 0.4), fn(x, np.full(4, 0.4, np.float32)))
    np.testing.assert_allclose(slope(0.4), np.sum(each_feature), rtol=FLOAT32.gradient)


@each
def test_under_vmap_scan_and_remat(name):
    fn, x, parameter = FUNCTIONS[name], X.astype(np.float32), PARAMETERS.astype(np.float32)

    def looped(x, parameter):
        return jnp.sum(jax.lax.scan(lambda carry, row: (carry, fn(row, parameter)), 0, x)[1])

    def mapped(x, parameter):
        return jnp.sum(jax.vmap(jax.vmap(fn), (0, None))(x, parameter))

    def rematerialized(x, parameter):
        return jnp.sum(jax.checkpoint(fn)(x, parameter))

    def plain(x, parameter):
        return jnp.sum(fn(x, parameter))

    @jax.jit
    def everywhere(x, parameter):
        losses = (plain, looped, mapped, rematerialized)
        return [jax.value_and_grad(loss, (0, 1))(x, parameter) for loss in losses]

    expected, *others = map(jax.tree.leaves, everywhere(x, parameter))
    for other in others:
        for one, truth in zip(other, expected, strict=True):
            np.testing.assert_allclose(one, truth, rtol=FLOAT32.gradient, atol=1e-7)


def half_precision(name, x, parameter):
    value, pull = jax.vjp(FUNCTIONS[name], x, parameter)
    return [value, *pull(jnp.ones_like(value))]


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16])
@each
def test_half_precision_is_rounded_once(name, dtype):
    x = np.linspace(-9.0, 9.0, 2048).astype(dtype)
    parameter = np.linspace(-1.5, 2.0, 2048).astype(dtype)
    found = jax.jit(functools.partial(half_precision, name))(x, parameter)
    with jax.enable_x64(True):
        truth = half_precision(name, x.astype(np.float64), parameter.astype(np.float64))
    for one, expected in zip(found, truth, strict=True):
        assert one.dtype == dtype
        assert units(one, np.asarray(expected), dtype).max() <= 1.0


@each
def test_a_gradient_summed_over_many_rows_in_half_precision_loses_none(name):
    x = np.full((4096, 1), 1.0, ml_dtypes.bfloat16) if name != "prelu" else -np.ones((4096, 1), "bfloat16")
    fn = FUNCTIONS[name]
    single = jax.grad(lambda p: jnp.sum(fn(x[:1].astype(np.float32), p)))(jnp.full(1, 1.5, jnp.float32))
    many = jax.vjp(lambda p: fn(x, p), jnp.full(1, 1.5, jnp.bfloat16))[1](jnp.ones_like(x))[0]
    np.testing.assert_allclose(many.astype(jnp.float32), 4096.0 * single, rtol=4e-3)


@each
def test_the_wider_type_computes_and_the_type_of_x_returns(name):
    fn, x = FUNCTIONS[name], X.astype(np.float16)
    assert fn(x, PARAMETERS.astype(np.float32)).dtype == np.float16
    with jax.enable_x64(True):
        assert fn(x, PARAMETERS).dtype == np.float16
        assert fn(X, PARAMETERS.astype(np.float32)).dtype == np.float64
        # A Python number is not rounded to float32 on the way.
        np.testing.assert_array_equal(fn(X, 0.1), fn(X, np.float64(0.1)))


@pytest.mark.parametrize("name", [name for name in LEARNABLE if name != "snake"])
def test_nothing_is_nan_in_value_or_slope_anywhere(name):
    x, parameter = (each.ravel() for each in np.meshgrid(EXTREMES, EXTREMES))
    if name == "prelu":
        parameter = np.where(np.isinf(parameter), 3.0, parameter).astype(np.float32)
    for fn in (FUNCTIONS[name], *(jax.vmap(jax.grad(FUNCTIONS[name], k)) for k in (0, 1))):
        assert not np.any(np.isnan(jax.jit(fn)(x, parameter)))


@each
def test_nan_is_nan(name):
    fn = FUNCTIONS[name]
    for x, parameter in ((np.nan, 0.0), (np.nan, 1.0), (1.0, np.nan), (-1.0, np.nan)):
        if (name, x) != ("prelu", 1.0):
            assert np.isnan(fn(np.float32(x), parameter))
            assert np.isnan(jax.grad(fn)(np.float32(x), parameter))


@pytest.mark.parametrize("dtype", [np.int32, np.complex64, np.bool_])
@each
def test_only_real_floating_numbers(name, dtype):
    fn, message = FUNCTIONS[name], "must be real floating point; got .*; cast it, e.g. to float32"
    with pytest.raises(TypeError, match=f": x {message}"):
        fn(np.ones(4, dtype), 1.0)
    with pytest.raises(TypeError, match=message):
        fn(np.ones(4, np.float32), np.ones(4, dtype))


@each
def test_a_parameter_of_another_shape(name):
    message = r"must have shape \(\) or \(features,\); got \(3,\) for x of shape \(2, 4\); use shape \(4,\)"
    with pytest.raises(ValueError, match=message):
        FUNCTIONS[name](X.astype(np.float32), np.ones(3, np.float32))
