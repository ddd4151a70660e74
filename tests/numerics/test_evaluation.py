import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.numerics import evaluate


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 5), (40_000,)])
def test_any_shape_in_float64(shape):
    x = np.linspace(-3.0, 3.0, int(np.prod(shape))).reshape(shape)
    found = evaluate(jnp.tanh, x)
    assert found.shape == shape
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, np.tanh(x), rtol=1e-15)


def test_numpy_functions_and_constants():
    x = np.arange(4.0)
    np.testing.assert_array_equal(evaluate(np.square, x), x**2)
    np.testing.assert_array_equal(evaluate(lambda z: 2.5, x), 2.5)
    np.testing.assert_array_equal(evaluate(lambda z: z > 1.0, x), [0.0, 0.0, 1.0, 1.0])


def test_infinities_and_nan_are_passed_on():
    found = evaluate(jnp.log, np.array([0.0, -1.0, np.inf, np.nan]))
    np.testing.assert_array_equal(found, [-np.inf, np.nan, np.inf, np.nan])


def test_one_shape_for_all_sizes():
    shapes = set()
    for size in (1, 7, 20_000):
        evaluate(lambda z: shapes.add(z.shape) or z, np.zeros(size))
    assert len(shapes) == 1


def test_inside_a_traced_function():
    traced = jax.jit(lambda x: x * float(evaluate(jnp.exp, np.ones(1))[0]))
    assert float(traced(jnp.float32(2.0))) == pytest.approx(2.0 * np.e, rel=1e-6)
    assert jnp.asarray(1.5).dtype == np.float32


def test_a_function_in_float32():
    with pytest.raises(TypeError, match="evaluate: fn must compute in float64; got float32; do not cast"):
        evaluate(lambda z: z.astype(np.float32), np.zeros(2))
