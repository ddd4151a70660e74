"""Which activation a function of jax.nn is meant to be: it agrees with it near zero."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.activations import ACTIVATIONS
from bnact.activations.audit.reference import JAX_NN, activation_of_jax_nn, reference_of

SHARED = {here: name for here, name in JAX_NN.items() if name in ACTIVATIONS and hasattr(jax.nn, here)}


@pytest.mark.parametrize("here", SHARED)
def test_they_are_the_same_function(here):
    x = np.linspace(-4.0, 4.0, 201).astype(np.float32) + np.float32(1e-3)
    theirs, ours = getattr(jax.nn, here)(x), ACTIVATIONS[SHARED[here]](x)
    np.testing.assert_allclose(theirs, ours, rtol=1e-4, atol=1e-5)
    assert activation_of_jax_nn(getattr(jax.nn, here)) == SHARED[here]


def test_the_two_gelus_differ():
    """The twin: by its default, gelu is not the one with the error function."""
    assert JAX_NN["gelu"] == "gelu_tanh"
    assert np.max(np.abs(jax.nn.gelu(np.float32(2.0)) - ACTIVATIONS["gelu"](np.float32(2.0)))) > 1e-5
    assert activation_of_jax_nn(functools.partial(jax.nn.gelu, approximate=False)) == "gelu"
    assert activation_of_jax_nn(functools.partial(jax.nn.gelu, approximate=True)) is None
    assert activation_of_jax_nn(functools.partial(jax.nn.elu, alpha=2.0)) is None


def test_no_function_of_jax_nn():
    assert activation_of_jax_nn(lambda x: x) is None
    assert activation_of_jax_nn(jnp.sin) is None


def test_a_reference_by_name_and_by_itself():
    by_name = reference_of(jnp.sin, "relu", None)
    assert by_name == reference_of(jnp.sin, ACTIVATIONS["relu"], None)
    assert (by_name.words, by_name.kinks) == ("the definition of bnact's relu", (0.0,))
