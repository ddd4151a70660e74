"""bnact.normalizations.own_statistics: the rule where a factor of it, or a count, leaves its type."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations import get


@pytest.mark.parametrize("name", ["batch", "layer", "rms", "group", "instance"])
def test_a_tiny_spread_has_a_finite_gradient(name):
    norm = get(name)(epsilon=0.0) if name != "group" else get(name)(groups=2, epsilon=0.0)
    params, state = norm.init(8)
    plain = np.random.default_rng(0).normal(size=(4, 6, 8)).astype(np.float32)
    weights = np.random.default_rng(1).normal(size=plain.shape).astype(np.float32)

    gradient = jax.jit(jax.grad(lambda x: jnp.sum(weights * norm.apply(params, state, x)[0])))

    def gradient_at(scale):
        return scale * np.asarray(gradient(plain * np.float32(scale)))

    # Without an epsilon the norm does not see the scale, and its gradient goes with the inverse.
    np.testing.assert_allclose(gradient_at(2.0**-46), gradient_at(1.0), rtol=1e-3, atol=1e-4)


def test_more_values_than_an_integer_counts():
    norm = get("batch")()
    params, state = norm.init(1)
    x = jax.ShapeDtypeStruct((2, 2**31 + 2, 1), jnp.float32)
    shape = jax.eval_shape(jax.grad(lambda x: norm.apply(params, state, x)[0].sum()), x)
    assert shape.shape == x.shape
