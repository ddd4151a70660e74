import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.numerics.finite_differences import directional_derivative, jacobian
from bnact.numerics.tolerances import TOLERANCES

GRADIENT = TOLERANCES["float64"].gradient


def curved(x):
    return np.stack([np.sin(x).sum(axis=-1), np.exp(x[..., 0] * x[..., 1])])


def curved_jacobian(x):
    first = np.cos(x)
    second = np.array([x[1], x[0], 0.0]) * np.exp(x[0] * x[1])
    return np.stack([first, second])


POINT = np.array([0.3, -0.7, 1.1])


def test_full_jacobian():
    np.testing.assert_allclose(jacobian(curved, POINT), curved_jacobian(POINT), rtol=GRADIENT, atol=GRADIENT)


def test_directional_derivative():
    direction = np.array([1.0, -0.5, 0.25])
    expected = curved_jacobian(POINT) @ direction
    np.testing.assert_allclose(directional_derivative(curved, POINT, direction), expected, rtol=GRADIENT)


def test_shapes_are_those_of_jax():
    with jax.enable_x64(True):
        x = np.linspace(-1.0, 1.0, 6).reshape(2, 3)
        fn = jax.jit(lambda x: jnp.tanh(x @ x.T))
        expected = jax.jit(jax.jacobian(fn))(x)
        actual = jacobian(fn, x)
    assert actual.shape == expected.shape == (2, 2, 2, 3)
    np.testing.assert_allclose(actual, expected, rtol=GRADIENT, atol=GRADIENT)


def test_scalar_and_empty_inputs():
    np.testing.assert_allclose(jacobian(np.sin, 0.5), np.cos(0.5), rtol=GRADIENT)
    assert jacobian(np.sin, np.zeros(0)).shape == (0, 0)


@pytest.mark.parametrize(
    "spoil", [lambda j: 1.01 * j, lambda j: 0.0 * j, lambda j: -j, lambda j: np.stack([j[0], 0.0 * j[1]])]
)
def test_a_wrong_jacobian_is_caught(spoil):
    wrong = spoil(curved_jacobian(POINT))
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(jacobian(curved, POINT), wrong, rtol=GRADIENT, atol=GRADIENT)


def test_a_jacobian_of_more_than_64_elements():
    with pytest.raises(ValueError, match="at most 64 elements; got 65; use directional_derivative"):
        jacobian(np.sin, np.zeros(65))


def test_a_direction_of_another_shape():
    with pytest.raises(ValueError, match=r"shaped like x; got \(2,\) for \(3,\)"):
        directional_derivative(np.sin, np.zeros(3), np.zeros(2))


def test_a_function_that_computes_in_float32():
    with pytest.raises(
        TypeError, match=r"must compute in float64; got float32; wrap the call in jax.enable_x64"
    ):
        jacobian(jnp.sin, np.zeros(3))
