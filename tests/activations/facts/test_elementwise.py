"""Whether a function of an array works on every number alone."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.activations.facts import check_elementwise

FLOAT32 = np.dtype(np.float32)


@pytest.mark.parametrize("fn", [jnp.tanh, jax.nn.gelu, lambda x: jnp.where(x > 0, x, jnp.nan)])
def test_what_is_elementwise_passes(fn):
    check_elementwise("own", fn, FLOAT32)


@pytest.mark.parametrize(
    "fn", [jax.nn.softmax, jnp.cumsum, jnp.flip, lambda x: x * jnp.arange(x.size) / 64.0]
)
def test_what_is_not_is_refused(fn):
    with (
        jax.numpy_dtype_promotion("standard"),
        pytest.raises(ValueError, match="^own: fn must be elementwise"),
    ):
        check_elementwise("own", fn, FLOAT32)


def test_inside_a_traced_function():
    def traced(x):
        check_elementwise("own", jnp.tanh, FLOAT32)
        return x

    assert jax.jit(traced)(1.0) == 1.0
