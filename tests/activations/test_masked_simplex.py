"""bnact.activations.simplex: what is masked touches neither value nor gradient, were it NaN."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.activations import log_softmax, softmax, softmin, sparsemax

FUNCTIONS = {"softmax": softmax, "log_softmax": log_softmax, "softmin": softmin, "sparsemax": sparsemax}
NOTHING = {"softmax": 0.0, "log_softmax": -np.inf, "softmin": 0.0, "sparsemax": 0.0}
X = np.array([[0.3, -0.2, 0.6, -1.9], [2.0, 0.1, 1.35, 1.6], [0.0, 0.2, 0.1, -0.1]])
each = pytest.mark.parametrize("name", FUNCTIONS)


@each
def test_what_is_masked_does_not_count(name):
    fn, x, others = FUNCTIONS[name], X.astype(np.float32), np.array([1.0, -2.0, 0.5, 3.0], np.float32)
    mask = np.array([True, True, False, True])
    junk = np.where(mask, x, np.array([np.nan, np.nan, np.inf, np.nan], np.float32))

    def pulled(x, where=None):
        value, pull = jax.vjp(lambda x: fn(x, where=where), x)
        cotangent = np.where(where, others, np.nan) if where is not None else others[mask]
        return value, pull(np.broadcast_to(cotangent, value.shape).astype(np.float32))[0]

    (value, gradient), (kept, expected) = pulled(junk, mask[None]), pulled(x[:, mask])
    np.testing.assert_array_equal(np.asarray(value)[:, ~mask], NOTHING[name])
    np.testing.assert_array_equal(np.asarray(gradient)[:, ~mask], 0.0)
    np.testing.assert_allclose(np.asarray(value)[:, mask], kept, rtol=1e-6)
    np.testing.assert_allclose(np.asarray(gradient)[:, mask], expected, rtol=1e-6, atol=1e-7)
    tangent = np.where(mask, others, np.nan).astype(np.float32) + np.zeros_like(x)
    pushed = np.asarray(jax.jvp(lambda x: fn(x, where=mask[None]), (junk,), (tangent,))[1])
    assert np.all(np.isfinite(pushed))
    np.testing.assert_array_equal(pushed[:, ~mask], 0.0)


@each
def test_a_row_of_which_nothing_counts(name):
    with jax.debug_nans(True):
        fn, x = FUNCTIONS[name], X.astype(np.float32)
        mask = np.array([[True], [False], [True]])
        value, pull = jax.vjp(lambda x: fn(x, where=mask), x)
        np.testing.assert_array_equal(value[1], NOTHING[name])
        np.testing.assert_array_equal(pull(jnp.ones_like(value))[0][1], 0.0)
        np.testing.assert_array_equal(value[0], fn(x)[0])


def test_masking_by_a_product_would_be_caught():
    mask, x = np.array([True, False]), np.array([0.5, np.nan], np.float32)
    gradient = jax.grad(lambda x: jnp.sum(jax.nn.softmax(x * mask.astype(np.float32))))(x)
    assert np.any(np.isnan(gradient))
    np.testing.assert_array_equal(jax.grad(lambda x: jnp.sum(softmax(x, where=mask)))(x), 0.0)
