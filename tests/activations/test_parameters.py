"""What is no number is refused as a parameter, above all an array meant for the activation."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact import activations

FACTORIES = (
    *("leaky_relu", "rrelu", "threshold", "elu", "celu", "selu", "hard_sigmoid", "hard_tanh", "soft_shrink"),
    *("hard_shrink", "shrink", "step", "softplus", "squareplus", "isru", "isrlu", "softcap", "snake"),
    "penalized_tanh",
)


@pytest.mark.parametrize(
    "given", [np.ones(3), jnp.ones(3), jnp.float32(0.5), "0.5", True, np.True_, None, 1j], ids=repr
)
@pytest.mark.parametrize("name", FACTORIES)
def test_only_numbers(name, given):
    rule = rf"^{name}: .* must be a Python or numpy number; got .*; {name} makes .* returns, {name}\(\)\(x\)$"
    with pytest.raises(TypeError, match=rule):
        getattr(activations, name)(given)


def test_a_traced_number_is_none():
    with pytest.raises(TypeError, match="^elu: alpha must be a Python or numpy number; got .*Tracer"):
        jax.jit(lambda alpha, x: activations.elu(alpha)(x))(0.5, jnp.ones(3))


@pytest.mark.parametrize("given", [2, 2.0, np.float32(2.0), np.float16(2.0), np.int64(2)], ids=repr)
def test_every_kind_of_number_gives_the_same_record(given):
    assert activations.elu(given) is activations.elu(2.0)
