"""The second derivatives of every norm, in both modes, against differences of the first."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations import NORMALIZATIONS
from bnact.numerics import directional_derivative, tolerance
from tests.normalizations.test_gradients import gradient_function

# The arithmetic is shared; the others tell whether a formula has a derivative cut off.
BY_DEFAULT = ("batch", "rms", "group", "evonorm_b0")
every_norm = pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in BY_DEFAULT else pytest.mark.slow) for name in NORMALIZATIONS],
)


@every_norm
def test_second_derivatives_in_both_modes(name):
    with jax.enable_x64(True):
        fn, flat = gradient_function(name, masked=True)
        gradient = jax.jit(jax.grad(lambda flat: jnp.sum(jnp.sin(fn(flat)))))
        along = np.random.default_rng(2).normal(size=flat.shape)

        @jax.jit
        def twice(flat, along):
            forward = jax.jvp(gradient, (flat,), (along,))[1]
            return forward, jax.vjp(gradient, flat)[1](along)[0]

        truth = directional_derivative(gradient, flat, along)
        bound = tolerance("float64").gradient
        for computed in twice(flat, along):
            np.testing.assert_allclose(computed, truth, rtol=bound, atol=bound)
        # twins: the comparison is one that a wrong derivative fails
        for wrong in (1.01 * truth, 0 * truth, -truth, np.roll(truth, 1)):
            assert not np.allclose(wrong, truth, rtol=bound, atol=bound)
