import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations.lifecycle import frozen
from tests.normalizations.every_norm import (
    FEATURES,
    applied,
    every_norm,
    every_remembering_norm,
    initialized,
    inputs,
    made,
    results_and_gradients,
)


@pytest.mark.slow
@every_norm
def test_training_is_evaluation(name):
    norm = made(name)
    params, state = initialized(norm)
    x = jnp.asarray(inputs(name, 8, mean=2.0), jnp.float32)
    expected, _ = applied(norm, params, state, x, train=False)
    y, after = applied(frozen(norm), params, state, x, train=True)
    np.testing.assert_allclose(y, expected, rtol=1e-6, atol=1e-6)
    jax.tree.map(np.testing.assert_array_equal, after, state)


@every_remembering_norm
def test_gradients_reach_parameters_and_input_and_no_statistics(name):
    norm = made(name)
    params, state = initialized(norm)
    state = applied(norm, params, state, jnp.asarray(inputs(name, 8, mean=2.0), jnp.float32))[1]
    x = jnp.asarray(inputs(name, 8, mean=2.0, seed=1), jnp.float32)
    everything = np.ones(x.shape, bool)
    _, expected = results_and_gradients(norm.apply, params, state, x, everything, train=False)
    _, computed = results_and_gradients(frozen(norm).apply, params, state, x, everything)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6), computed, expected)
    _, trained = results_and_gradients(norm.apply, params, state, x, everything)
    assert not np.allclose(trained[1], expected[1], rtol=1e-3, atol=1e-3)  # twin: through the statistics

    def of_state(floats):
        return jnp.sum(frozen(norm).apply(params, state._replace(**floats), x)[0])

    floats = {key: leaf for key, leaf in state._asdict().items() if key != "count"}
    for gradient in jax.jit(jax.grad(of_state))(floats).values():
        np.testing.assert_array_equal(gradient, 0)


@pytest.mark.parametrize("name", ["batch", "batch_renorm"])
def test_a_single_example_is_a_batch(name):
    norm = frozen(made(name))
    params, state = norm.init(FEATURES)
    assert norm.apply(params, state, jnp.ones((1, FEATURES)))[0].shape == (1, FEATURES)
