"""A network in evaluation changes nothing, so every transformation may close over it."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import errors

from tests.nn.networks import NETWORKS, network_of


@pytest.mark.parametrize("unroll", [1, 8])
@pytest.mark.parametrize("name", NETWORKS)
def test_in_evaluation(name, unroll):
    network, x = network_of(name, unroll)
    network(x)  # once in training: running averages that are not the first ones
    network.eval()
    expected = network(x)
    np.testing.assert_allclose(jax.jit(lambda x: network(x))(x), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(jax.vmap(lambda x: network(x))(x), expected, rtol=1e-4, atol=1e-5)
    gradient = jax.grad(lambda x: jnp.sum(jnp.sin(network(x))))(x)
    assert np.all(np.isfinite(gradient))
    assert np.any(gradient != 0)


@pytest.mark.parametrize("name", ["MLP", "ResNet post"])
def test_in_training_it_has_a_state_to_set_and_flax_says_so(name):
    network, x = network_of(name)
    with pytest.raises(errors.TraceContextError):
        jax.jit(lambda x: network(x))(x)
