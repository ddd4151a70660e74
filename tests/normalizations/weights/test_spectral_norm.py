import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact.normalizations.weights import SpectralState, singular_value, spectral_norm
from tests.normalizations.weights.every_weight_norm import applied, first, kernel_of

NORM = spectral_norm()


def values(kernel):
    return np.linalg.svd(np.asarray(kernel, np.float64).reshape(-1, kernel.shape[-1]), compute_uv=False)


@pytest.mark.parametrize("shape", [(5, 4), (4, 5), (3, 3, 2, 4), (7, 1), (6,)])
def test_calls_in_training_lead_to_the_largest_singular_value(shape):
    norm, kernel = NORM, jnp.asarray(kernel_of(*shape), jnp.float32)
    params, state = first(norm, kernel, jax.random.key(0))
    measured = jax.jit(singular_value)
    normalized, reached = kernel, [float(measured(state, kernel))]
    for _ in range(200):
        normalized, state = applied(norm, params, state, kernel)
        reached.append(float(measured(state, kernel)))
    assert np.all(np.diff(reached) >= -1e-5)  # it grows, but for rounding
    np.testing.assert_allclose(reached[-1], values(kernel)[0], rtol=1e-5)
    np.testing.assert_allclose(values(normalized)[0], 1, rtol=1e-5)


def test_one_call_of_many_iterations_is_as_many_calls():
    kernel = jnp.asarray(kernel_of(5, 4), jnp.float32)
    params, state = first(NORM, kernel, jax.random.key(0))
    once, after = applied(spectral_norm(iterations=3), params, state, kernel)
    often = kernel
    for _ in range(3):
        often, state = applied(NORM, params, state, kernel)
    np.testing.assert_allclose(once, often, rtol=1e-6)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6), after, state)


def test_neither_sign_of_the_vectors_matters():
    norm, kernel = NORM, jnp.asarray(kernel_of(5, 4), jnp.float32)
    params, state = first(norm, kernel, jax.random.key(0))
    turned = SpectralState(-state.left, -state.right)
    for train in (True, False):
        plain, after = applied(norm, params, state, kernel, train=train)
        other, after_turned = applied(norm, params, turned, kernel, train=train)
        np.testing.assert_array_equal(plain, other)
        np.testing.assert_array_equal(after.right, -after_turned.right)
    assert singular_value(state, kernel) > 0


def test_evaluation_keeps_the_state_and_equals_the_last_call_in_training():
    norm, kernel = NORM, jnp.asarray(kernel_of(5, 4), jnp.float32)
    trained, state = applied(norm, *first(norm, kernel, jax.random.key(0)), kernel)
    evaluated, after = applied(norm, *first(norm, kernel, jax.random.key(1))[:1], state, kernel, train=False)
    np.testing.assert_allclose(evaluated, trained, rtol=1e-6)
    jax.tree.map(np.testing.assert_array_equal, after, state)


def test_the_gradient_has_the_vectors_as_constants():
    norm, kernel = NORM, jnp.asarray(kernel_of(5, 4), jnp.float32)
    params, state = first(norm, kernel, jax.random.key(0))
    after = applied(norm, params, state, kernel)[1]

    def loss(kernel, left, right):
        return jnp.sum(jnp.sin(kernel / (left @ kernel @ right)))

    def gradient(fn, *arguments):
        return jax.jit(jax.grad(fn))(*arguments)

    def iterated(kernel):
        left = kernel @ state.right
        left = left / jnp.linalg.norm(left)
        right = kernel.T @ left
        return loss(kernel, left, right / jnp.linalg.norm(right))

    computed = gradient(lambda w: jnp.sum(jnp.sin(norm.apply(params, state, w)[0])), kernel)
    np.testing.assert_allclose(computed, gradient(loss, kernel, *after), rtol=1e-4, atol=1e-5)
    # twin: before the iteration has converged, the gradient through it is another
    assert not np.allclose(computed, gradient(iterated, kernel), rtol=1e-2, atol=1e-2)
    none = gradient(lambda w: jnp.sum(norm.apply(params, state, w)[1].left), kernel)
    np.testing.assert_array_equal(none, 0)


def test_a_kernel_that_was_zero_recovers():
    norm, kernel = NORM, jnp.asarray(kernel_of(5, 4), jnp.float32)
    params, state = first(norm, jnp.zeros_like(kernel), jax.random.key(0))
    zero, state = applied(norm, params, state, jnp.zeros_like(kernel))
    np.testing.assert_array_equal(zero, 0)
    np.testing.assert_allclose([jnp.linalg.norm(vector) for vector in state], 1, rtol=1e-6)
    normalized = kernel
    for _ in range(100):
        normalized, state = applied(norm, params, state, kernel)
    np.testing.assert_allclose(values(normalized)[0], 1, rtol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(5, 4), (3, 3, 2, 4)])
def test_it_is_flax_spectral_norm_where_that_is_right(shape):
    kernel = jnp.asarray(kernel_of(*shape), jnp.float32)
    if len(shape) == 2:
        linear = nnx.Linear(*shape, rngs=nnx.Rngs(0))
    else:
        linear = nnx.Conv(shape[2], shape[3], shape[:2], rngs=nnx.Rngs(0))
    linear.kernel[...] = kernel
    layer = nnx.SpectralNorm(linear, n_steps=2, rngs=nnx.Rngs(0))
    start = layer.batch_stats[("kernel", "u")][...][0]
    layer(jnp.ones((1, *shape[:-1])), update_stats=True)
    norm = spectral_norm(iterations=2)
    params, state = first(norm, kernel, jax.random.key(0))
    state = state._replace(right=start)
    computed, after = applied(norm, params, state, kernel)
    np.testing.assert_allclose(computed, linear.kernel[...], rtol=1e-5)
    np.testing.assert_allclose(after.right, layer.batch_stats[("kernel", "u")][...][0], rtol=1e-4, atol=1e-6)


def test_vectors_of_another_kernel_are_refused():
    norm = spectral_norm()
    params, state = norm.init(jnp.ones((5, 4)), jax.random.key(0))
    for function in (lambda kernel: norm.apply(params, state, kernel), lambda w: singular_value(state, w)):
        with pytest.raises(
            ValueError, match=r"got left of shape \(5,\), right of shape \(4,\), a kernel that"
        ):
            function(jnp.ones((3, 4)))


def test_no_iteration_is_refused():
    with pytest.raises(ValueError, match="iterations must be a whole number of at least 1; got iterations=0"):
        spectral_norm(iterations=0)
