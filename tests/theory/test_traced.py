"""Theory inside transformations: its constants stay constants, and traced arguments are refused."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact import nn, theory

CONSTANTS = {
    "gain": lambda: theory.gain("tanh", "variance"),
    "variance_map": lambda: theory.variance_map("tanh", 1.0, 1.5, 0.1),
    "fixed_point": lambda: theory.fixed_point("tanh", 1.5, 0.1).variance,
    "saturated_share": lambda: theory.saturated_share("sigmoid"),
    "output_quantiles": lambda: theory.output_quantiles("tanh", 0.9),
    "standardizing_constants": lambda: theory.standardizing_constants("elu").scale,
    "normal_for": lambda: nn.normal_for("tanh", "variance") and 1.0,
    "critical_normal_for": lambda: nn.critical_normal_for("tanh", 0.1) and 1.0,
    "self_normalizing_for": lambda: nn.self_normalizing_for("selu") and 1.0,
}
TRANSFORMATIONS = {
    "jit": lambda fn: jax.jit(fn)(jnp.ones(())),
    "vmap": lambda fn: jax.vmap(fn)(jnp.ones(2))[0],
    "jit of vmap": lambda fn: jax.jit(jax.vmap(fn))(jnp.ones(2))[0],
    "grad": lambda fn: jax.grad(fn)(jnp.ones(())),
    "scan": lambda fn: jax.lax.scan(lambda carry, _: (fn(carry), None), jnp.ones(()), length=1)[0],
}


@pytest.mark.parametrize("transformation", TRANSFORMATIONS)
@pytest.mark.parametrize("name", CONSTANTS)
def test_a_constant_stays_one(name, transformation):
    found = TRANSFORMATIONS[transformation](lambda x: x * CONSTANTS[name]())
    np.testing.assert_allclose(found, CONSTANTS[name](), rtol=1e-6)


@pytest.mark.parametrize("transform", [jax.jit, jax.vmap, jax.grad])
@pytest.mark.parametrize(
    "call",
    [
        lambda x: theory.variance_map("tanh", x, 1.0, 0.0),
        lambda x: theory.mean_map("tanh", x, 1.0),
        lambda x: theory.moment_map("tanh", x, 1.0).mean,
        lambda x: theory.fixed_point("tanh", x, 0.1).variance,
        lambda x: theory.edge_of_chaos("tanh", x),
        lambda x: theory.correlation_map("tanh", x, 1.0, 1.0, 0.1),
        lambda x: theory.depth_scale(x),
        lambda x: theory.jacobian_moments("tanh", x, 1.0, 1.0).mean,
    ],
)
def test_a_traced_argument_is_refused(call, transform):
    x = jnp.ones(2) if transform is jax.vmap else jnp.ones(())
    with pytest.raises(TypeError, match="must be concrete real numbers; got .*; theory is computed outside"):
        transform(call)(x)


def test_a_traced_count_is_refused():
    with pytest.raises(ValueError, match="depth must be a concrete integer of at least 0; got .*; use 0"):
        jax.jit(lambda depth: theory.nngp_kernel("relu", np.eye(2), depth, 2.0, 0.0))(3)
