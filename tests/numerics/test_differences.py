import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.numerics import differences, directional_derivative
from bnact.numerics.finite_differences import extrapolated
from bnact.numerics.tolerances import tolerance

X = np.array([0.3, -0.7, 1.1])
DIRECTIONS = np.array([[1.0, 0.0, 0.0], [1.0, -0.5, 0.25]])


def curved(x):
    return jnp.stack([jnp.sum(jnp.sin(x)), jnp.exp(x[0] * x[1])])


@jax.jit
def found(x, directions):
    return differences(curved, x, directions)


def test_they_are_the_derivatives_and_those_of_numpy():
    with jax.enable_x64(True):
        seen = found(X, DIRECTIONS)
        slopes = np.asarray(jax.jit(jax.jacobian(curved))(X))
        one_by_one = [directional_derivative(jax.jit(curved), X, each) for each in DIRECTIONS]
    bound = tolerance("float64").gradient
    np.testing.assert_allclose(seen.derivative, DIRECTIONS @ slopes.T, rtol=bound, atol=bound)
    np.testing.assert_allclose(seen.derivative, one_by_one, rtol=1e-12)
    assert seen.roughness.shape == (2, 2)


@pytest.mark.parametrize("distance, is_rough", [(0.0, True), (2.0**-11, True), (0.1, False)])
def test_roughness_is_as_large_as_the_error_at_a_kink(distance, is_rough):
    with jax.enable_x64(True):
        x = jnp.asarray([-distance])
        seen = differences(lambda x: jax.nn.relu(x), x, jnp.ones((1, 1)))
    assert (float(seen.roughness[0, 0]) > 0.1) == is_rough
    assert float(jnp.abs(seen.derivative[0, 0])) <= float(seen.roughness[0, 0]) + 1e-9


def test_extrapolation_takes_the_error_of_the_second_order_out():
    assert extrapolated(np.array(1.0 + 4 * 0.1), np.array(1.0 + 0.1)) == pytest.approx(1.0)
