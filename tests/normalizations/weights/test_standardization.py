"""Of `bnact.normalizations.weights.standardization`, and of `scaled_standardization` beside it:
`bnact.normalizations.weights.scaled_standardization`.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations.weights import scaled_weight_standardization, weight_standardization
from tests.normalizations.weights.every_weight_norm import applied, kernel_of


def standardized(norm, kernel):
    kernel = jnp.asarray(kernel, jnp.float32)
    return np.asarray(applied(norm, *norm.init(kernel, jax.random.key(0)), kernel)[0], np.float64)


@pytest.mark.parametrize("shape", [(64, 5), (3, 3, 8, 5)])
def test_an_output_has_mean_zero_and_variance_one(shape):
    matrix = standardized(weight_standardization(epsilon=0.0), 1e3 + kernel_of(*shape)).reshape(-1, 5)
    np.testing.assert_allclose(matrix.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(matrix.var(0), 1, rtol=1e-5)


@pytest.mark.parametrize("gain", [1.0, 1.7])
def test_scaled_outputs_have_the_square_of_the_gain_for_variance(gain):
    norm = scaled_weight_standardization(gain=gain)
    matrix = standardized(norm, kernel_of(3, 3, 8, 5)).reshape(-1, 5)
    np.testing.assert_allclose((matrix**2).sum(0), gain**2, rtol=1e-5)
    np.testing.assert_allclose(matrix.mean(0), 0, atol=1e-6)


def test_below_epsilon_the_divisor_is_a_constant():
    kernel = 1e-4 * kernel_of(64, 5)
    centred = kernel - kernel.mean(0)
    np.testing.assert_allclose(
        standardized(scaled_weight_standardization(), kernel), centred / np.sqrt(1e-4), rtol=1e-4, atol=1e-8
    )


@pytest.mark.parametrize(
    "norm", [weight_standardization(epsilon=0), scaled_weight_standardization(epsilon=0)]
)
def test_equal_weights_become_zero_with_gradient_zero(norm):
    kernel = jnp.full((9, 2), 12345.678, jnp.float32)
    params, state = norm.init(kernel, jax.random.key(0))
    gradient = jax.jit(jax.grad(lambda w: jnp.sum(jnp.sin(norm.apply(params, state, w)[0]))))(kernel)
    np.testing.assert_array_equal(standardized(norm, kernel), 0)
    np.testing.assert_array_equal(gradient, 0)


def test_the_scale_is_optional():
    params, _ = scaled_weight_standardization(use_scale=False).init(jnp.ones((3, 2)), jax.random.key(0))
    assert params.scale is None


def test_wrong_settings_are_refused():
    with pytest.raises(ValueError, match="gain must be finite and above 0; got gain=0; use"):
        scaled_weight_standardization(gain=0)
    for factory in (weight_standardization, scaled_weight_standardization):
        with pytest.raises(ValueError, match="epsilon must be finite and at least 0; got epsilon=-1; use"):
            factory(epsilon=-1)
