import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from bnact.normalizations.weights import weight_norm
from tests.normalizations.weights.every_weight_norm import applied, kernel_of


def test_the_kernel_begins_as_it_was_given():
    kernel = jnp.asarray(kernel_of(3, 3, 2, 5), jnp.float32)
    params, state = weight_norm().init(kernel, jax.random.key(0))
    np.testing.assert_allclose(applied(weight_norm(), params, state, kernel)[0], kernel, rtol=1e-6)


def test_without_a_scale_every_output_has_length_one():
    kernel, norm = jnp.asarray(kernel_of(7, 5), jnp.float32), weight_norm(use_scale=False)
    params, state = norm.init(kernel, jax.random.key(0))
    assert params.scale is None
    lengths = jnp.linalg.norm(applied(norm, params, state, kernel)[0], axis=0)
    np.testing.assert_allclose(lengths, 1, rtol=1e-6)


def test_the_gradient_of_the_direction_is_orthogonal_to_it():
    kernel, norm = jnp.asarray(kernel_of(7, 5), jnp.float32), weight_norm()
    params, state = norm.init(kernel, jax.random.key(0))
    gradient = jax.jit(jax.grad(lambda v: jnp.sum(jnp.sin(norm.apply(params, state, v)[0]))))(kernel)
    np.testing.assert_allclose(jnp.sum(gradient * kernel, 0), 0, atol=1e-5)
    assert np.all(np.abs(np.sum(np.asarray(jnp.cos(kernel) * kernel), 0)) > 1e-2)  # as the plain one is not


def normed_by_flax(kernel):
    """The kernel as flax's WeightNorm leaves it, with its scale of 1."""
    linear = nnx.Linear(*kernel.shape, rngs=nnx.Rngs(0))
    linear.kernel[...] = kernel
    layer = nnx.WeightNorm(linear, rngs=nnx.Rngs(0))
    layer(jnp.ones((1, kernel.shape[0]), kernel.dtype))
    return linear.kernel[...]


def test_it_is_flax_weight_norm_where_that_is_right():
    kernel, norm = jnp.asarray(kernel_of(7, 5), jnp.float32), weight_norm(use_scale=False)
    params, state = norm.init(kernel, jax.random.key(0))
    np.testing.assert_allclose(applied(norm, params, state, kernel)[0], normed_by_flax(kernel), rtol=1e-5)


def test_a_large_column_in_float16_has_its_direction_where_squares_overflow():
    kernel, norm = jnp.full((4, 1), 1000, jnp.float16), weight_norm(use_scale=False)
    params, state = norm.init(kernel, jax.random.key(0))
    np.testing.assert_array_equal(applied(norm, params, state, kernel)[0], jnp.full((4, 1), 0.5, jnp.float16))
    squares = jnp.sum(jnp.square(kernel), 0)
    assert np.all(np.isinf(np.asarray(squares)))  # what a length computed in float16 is made of
