"""A pair laid open is the pair, and what lies open is what it was given."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.activations import get, largest_slope
from bnact.fused import EPSILON, index_of, switched, switched_and_observed
from tests.fused.references import TABLE, drawn


@pytest.mark.parametrize("order", ["before", "after"])
def test_what_lies_open(order):
    x, scale, bias, _ = drawn(16, 4, dtype=np.float32)
    index = index_of("tanh", "batch", order, TABLE)
    observed = jax.jit(functools.partial(switched_and_observed, counted=16, table=TABLE))
    found = observed(index, x, scale, bias)
    np.testing.assert_allclose(found.y, switched(index, x, scale, bias, TABLE), rtol=1e-4, atol=1e-5)
    standardized = (x - x.mean(0, keepdims=True)) / jnp.sqrt(x.var(0, keepdims=True) + EPSILON)
    given = scale[None] * standardized + bias[None] if order == "before" else x
    np.testing.assert_allclose(found.given, given, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found.slope, 1 - jnp.tanh(given) ** 2, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(found.normalized, x if order == "before" else jnp.tanh(x), rtol=1e-5)
    assert found.largest_slope == largest_slope(get("tanh"))
