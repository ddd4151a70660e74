"""Fresh networks at the edge of chaos keep their gradients, and others do not."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from bnact import nn, theory
from bnact.activations import ACTIVATIONS

WIDTH, DEPTH = 500, 30
KINDS = {"normal": nn.critical_normal_for, "orthogonal": nn.critical_orthogonal_for}
each_kind = pytest.mark.parametrize("kind", KINDS)


def growth(name, kernel, bias):
    """Growth per layer, towards the input, of the squared gradient in a fresh network, its variance settled."""
    act = ACTIVATIONS[name]
    rngs = nnx.Rngs(0)
    layers = [nnx.Linear(WIDTH, WIDTH, kernel_init=kernel, bias_init=bias, rngs=rngs) for _ in range(DEPTH)]
    matrices = jnp.stack([layer.kernel.get_value() for layer in layers])
    biases = jnp.stack([layer.bias.get_value() for layer in layers])

    @jax.jit
    def gradient_squares(x, g):
        _, before = jax.lax.scan(lambda x, of: 2 * (act(x) @ of[0] + of[1],), x, (matrices, biases))
        slopes = act.derivative(before)
        _, gradients = jax.lax.scan(
            lambda g, of: 2 * (of[0] @ (g * of[1]),), g, (matrices, slopes), reverse=True
        )
        return jnp.mean(jnp.square(gradients), -1)

    rng = np.random.default_rng(0)
    squares = gradient_squares(*(jnp.asarray(rng.normal(size=WIDTH), jnp.float32) for _ in range(2)))
    return float((squares[10] / squares[-1]) ** (1.0 / (DEPTH - 11)))


@each_kind
@pytest.mark.parametrize("name, bias_variance", [("tanh", 0.05), ("erf", 0.1), ("relu", 0.0)])
def test_gradients_neither_vanish_nor_explode(name, bias_variance, kind):
    kernel, bias = KINDS[kind](name, bias_variance)
    assert growth(name, kernel, bias) == pytest.approx(1.0, abs=0.02)


@each_kind
def test_the_spread_is_that_of_the_edge_of_chaos(kind, key):
    kernel, bias = KINDS[kind]("tanh", 0.2)
    weights, biases = kernel(key, (400, 400)), bias(key, (40_000,))
    assert 400 * np.mean(np.square(weights)) == pytest.approx(theory.edge_of_chaos("tanh", 0.2), rel=0.02)
    assert np.var(biases) == pytest.approx(0.2, rel=0.03)
    np.testing.assert_array_equal(KINDS[kind]("tanh").bias(key, (3,)), 0.0)


def test_elsewhere_gradients_vanish_or_explode():
    bias = nn.critical_normal_for("tanh", 0.05).bias
    assert growth("tanh", nn.normal_with_gain(1.0), bias) < 0.9
    assert growth("tanh", nn.normal_with_gain(2.0), bias) > 1.1


@each_kind
def test_where_there_is_no_edge(kind):
    with pytest.raises(ValueError, match="edge_of_chaos: "):
        KINDS[kind]("relu", 0.1)
    with pytest.raises(ValueError, match="bias_variance must be .* not negative; got -0.1"):
        KINDS[kind]("tanh", -0.1)
    with pytest.raises(ValueError, match="must not jump; got step"):
        KINDS[kind]("step", 0.1)
