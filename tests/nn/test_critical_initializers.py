"""Fresh networks at the edge of chaos keep their gradients, and others do not."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact import nn, theory
from bnact.activations import ACTIVATIONS

WIDTH, DEPTH, SETTLED = 150, 30, 10
KINDS = {"normal": nn.critical_normal_for, "orthogonal": nn.critical_orthogonal_for}
each_kind = pytest.mark.parametrize("kind", KINDS)


def growth(name, kernel, bias, networks=30):
    """Growth per layer, towards the input, of the mean squared gradient over fresh networks, once settled."""
    act = ACTIVATIONS[name]

    def gradient_squares(key):
        keys = jax.random.split(key, DEPTH + 2)
        matrices = jax.vmap(lambda key: kernel(key, (WIDTH, WIDTH)))(keys[2:])
        biases = jax.vmap(lambda key: bias(key, (WIDTH,)))(keys[2:])
        x, g = (jax.random.normal(key, (WIDTH,)) for key in keys[:2])

        def forward(x, layer):
            before = act(x) @ layer[0] + layer[1]
            return before, act.derivative(before)

        def backward(g, layer):
            received = layer[0] @ (g * layer[1])
            return received, jnp.mean(jnp.square(received))

        _, slopes = jax.lax.scan(forward, x, (matrices, biases))
        return jax.lax.scan(backward, g, (matrices, slopes), reverse=True)[1]

    squares = jax.vmap(gradient_squares)(jax.random.split(jax.random.key(0), networks)).mean(0)
    return float((squares[SETTLED] / squares[-1]) ** (1.0 / (DEPTH - 1 - SETTLED)))


@pytest.mark.slow
@pytest.mark.parametrize("name, bias_variance", [("tanh", 0.05), ("erf", 0.1), ("relu", 0.0)])
def test_gradients_neither_vanish_nor_explode(name, bias_variance):
    assert growth(name, *nn.critical_normal_for(name, bias_variance)) == pytest.approx(1.0, abs=0.03)


@pytest.mark.slow
def test_nor_do_they_with_orthogonal_weights():
    # Each of these networks scatters less, and each takes longer to draw.
    kernel, bias = nn.critical_orthogonal_for("tanh", 0.05)
    assert growth("tanh", kernel, bias, networks=1) == pytest.approx(1.0, abs=0.03)


@each_kind
def test_the_spread_is_that_of_the_edge_of_chaos(kind, key):
    kernel, bias = KINDS[kind]("tanh", 0.2)
    weights, biases = kernel(key, (300, 300)), bias(key, (40_000,))
    assert 300 * np.mean(np.square(weights)) == pytest.approx(theory.edge_of_chaos("tanh", 0.2), rel=0.02)
    assert np.var(biases) == pytest.approx(0.2, rel=0.03)
    none = KINDS[kind]("tanh").bias(key, (30,), jnp.float16)
    np.testing.assert_array_equal(none, 0.0)
    assert not np.any(np.signbit(none))
    assert none.dtype == jnp.float16


@pytest.mark.slow
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
