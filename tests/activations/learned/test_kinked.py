"""bnact.activations.learned.kinked, and what all learnable activations are at special parameters."""

import jax
import jax.numpy as jnp
import numpy as np

from bnact.activations import get, learnable_snake, prelu, swish
from bnact.activations import thresholded_linear as tlu

EXTREMES = np.array([-np.inf, -1e30, -200.0, -0.0, 0.0, 1e-30, 200.0, 1e30, np.inf], np.float32)


def test_at_a_kink_the_derivative_is_the_left_one():
    slopes = jax.vmap(jax.value_and_grad(prelu, (0, 1)))
    for zero in (0.0, -0.0):
        assert slopes(jnp.full(1, zero), jnp.full(1, 0.25))[1] == (0.25, 0.0)
    assert jax.grad(jax.grad(prelu), 1)(0.0, 0.25) == 1.0
    assert jax.value_and_grad(tlu, (0, 1))(0.5, 0.5) == (0.5, (0.0, 1.0))


def test_what_they_are_at_special_parameters():
    x = np.append(EXTREMES, np.array([-3.0, 2.5], np.float32))
    np.testing.assert_array_equal(prelu(x, 0.0), get("relu")(x))
    np.testing.assert_array_equal(prelu(x, 1.0), x)
    np.testing.assert_array_equal(tlu(x, 0.0), get("relu")(x))
    np.testing.assert_array_equal(tlu(x, -np.inf), x)
    np.testing.assert_array_equal(learnable_snake(x, 0.0), x)
    np.testing.assert_array_equal(swish(x, 0.0), 0.5 * x)
    np.testing.assert_array_equal(swish(x, np.inf), get("relu")(x))
    np.testing.assert_allclose(swish(x, 1.0), get("silu")(x), rtol=5e-7)
