"""Of `bnact.invariants.gradient_assertion` and `flattened`."""

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from bnact.invariants import assert_gradients, gradient_residuals, largest_share
from tests.invariants.wrong import CHANGES, changed, some_slow, with_backward


def mixed(x):
    """Its Jacobian is neither diagonal nor symmetric, and its gradients have a mean."""
    return jnp.tanh(x + 0.3 * jnp.roll(x, 1, -1)) * jnp.sin(x) + 0.1 * jnp.sum(x, -1, keepdims=True)


def summed(x):
    return jnp.sum(mixed(x) ** 2)


def drawn(*shape):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("fn", [pytest.param(mixed, marks=pytest.mark.slow), summed])
@pytest.mark.parametrize("shape", [pytest.param((5, 5), marks=pytest.mark.slow), (256, 256)])
def test_a_right_gradient_is_accepted(fn, shape):
    with jax.numpy_rank_promotion("allow"):
        assert_gradients(fn, drawn(*shape))


@pytest.mark.parametrize("twin", some_slow(CHANGES, "zero", "one element"))
@pytest.mark.parametrize("shape", [pytest.param((5, 5), marks=pytest.mark.slow), (256, 256)])
@pytest.mark.parametrize("fn", [pytest.param(mixed, marks=pytest.mark.slow), summed])
def test_a_wrong_gradient_is_refused(fn, twin, shape):
    with (
        jax.numpy_rank_promotion("allow"),
        pytest.raises(AssertionError, match=r"residual .* exceeds the bound .* of shape \("),
    ):
        assert_gradients(changed(fn, twin), drawn(*shape))


@pytest.mark.slow
def test_what_others_accept_is_refused():
    """At this size the tolerances of chex and jax are larger than what the gradient says."""

    def batch_normed(x):
        z = (x - jnp.mean(x, 0, keepdims=True)) / jnp.std(x, 0, keepdims=True)
        return jnp.mean(jnp.tanh(z) ** 2)

    zero = jax.custom_jvp(batch_normed)
    zero.defjvp(lambda at, along: (batch_normed(*at), jnp.zeros((), at[0].dtype)))
    x = jnp.asarray(drawn(256, 256))
    with jax.numpy_dtype_promotion("standard"):
        chex.assert_numerical_grads(zero, (x,), order=1)
        check_grads(zero, (x,), order=1)
    with pytest.raises(AssertionError, match="assert_gradients failed: derivative"):
        assert_gradients(zero, x)


@pytest.mark.slow
def test_trees_and_what_is_not_floating():
    def fn(params, labels, scale):
        return {"loss": params["a"][labels] * scale, "other": (jnp.sum(params["b"]) * scale,)}

    params = {"a": drawn(4), "b": drawn(2, 3)}
    assert_gradients(fn, params, np.array([0, 2, 2]), 0.5)


def test_the_error_says_where_and_by_how_much():
    with pytest.raises(AssertionError) as caught:
        assert_gradients(changed(jnp.sin, "factor 1.01"), np.arange(3.0, dtype=np.float32))
    message = str(caught.value)
    assert message.startswith("assert_gradients failed: derivative: the gradient is the slope of the values")
    assert "of shape (3, 3) (float64), 3 of 9 elements beyond theirs" in message
    assert "3 elements of the arguments, arguments of shapes [(3,)]" in message


@pytest.mark.slow
def test_a_function_with_kinks_is_accepted():
    x = drawn(256, 256)
    x[:16] *= 1e-6
    assert_gradients(jax.nn.relu, x)


def test_kinks_within_the_step_are_left_out_and_nothing_else():
    x = drawn(256, 256)
    x[:16] *= 1e-6
    with pytest.raises(AssertionError, match="derivative") as caught:
        assert_gradients(changed(jax.nn.relu, "factor 1.01"), x)
    assert "unseen" not in str(caught.value)
    with pytest.raises(AssertionError, match="unseen: most outputs are smooth within the step; residual 1"):
        assert_gradients(jax.nn.relu, 1e-9 * drawn(256, 256))


def test_a_caller_in_float32_finds_it_as_it_was():
    found = jax.eval_shape(lambda x: gradient_residuals(jnp.sin, x), jnp.arange(3.0))
    assert found.derivative.value.dtype == jnp.float32
    assert_gradients(jnp.sin, jnp.arange(3.0))
    assert jnp.arange(3.0).dtype == jnp.float32


@pytest.mark.slow
def test_as_data_inside_jit():
    share = jax.jit(lambda x: largest_share(gradient_residuals(jnp.sin, x)))
    assert share(jnp.arange(3.0)) <= 1
    wrong = changed(jnp.sin, "sign")
    assert jax.jit(lambda x: largest_share(gradient_residuals(wrong, x)))(jnp.arange(3.0)) > 1e3


@pytest.mark.slow
def test_under_chexify_it_stands_inside_jit():
    def watched(fn):
        def step(x):
            assert_gradients(fn, x)
            return 2 * x

        return chex.chexify(jax.jit(step), async_check=False)

    x = jnp.arange(3.0)
    np.testing.assert_array_equal(watched(jnp.sin)(x), 2 * x)
    with pytest.raises(AssertionError, match=r"'assert_gradients' failed: derivative.* at \[\d \d\]"):
        watched(changed(jnp.sin, "factor 1.01"))(x)


@pytest.mark.parametrize("function", [gradient_residuals, assert_gradients])
@pytest.mark.parametrize(
    "error, message, fn, args",
    [
        (TypeError, "at least one argument must be real floating; got", jnp.sin, (np.arange(3),)),
        (
            TypeError,
            "fn must compute in float64; got float32",
            lambda x: x.astype(jnp.float32),
            (np.ones(3),),
        ),
        (TypeError, "fn must compute in float64; got int", lambda x: jnp.argmax(x), (np.ones(3),)),
        (ValueError, r"the arguments must have .* got shapes \[\(0,\)\]", jnp.sum, (np.ones(0),)),
        (ValueError, r"fn must return at least .* got shapes \[\(0,\)\]", lambda x: x[:0], (np.ones(3),)),
    ],
)
def test_what_cannot_be_examined_is_an_error_of_the_function_that_was_called(
    function, error, message, fn, args
):
    with pytest.raises(error, match=f"^{function.__name__}: {message}"):
        function(fn, *args)


def test_the_direction_is_not_what_a_test_draws():
    """A gradient that is wrong across the numbers of a common seed alone is seen."""
    numbers = np.random.default_rng(0).normal(size=(8, 128))
    blind = np.linalg.svd(numbers, full_matrices=True)[2][-1]

    def along(gradients):
        return jax.tree.map(lambda leaf: leaf + jnp.asarray(blind, leaf.dtype), gradients)

    with pytest.raises(AssertionError, match="derivative"):
        assert_gradients(with_backward(lambda x: jnp.sum(jnp.sin(x)), along), numbers[0])
