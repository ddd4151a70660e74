"""What all devices share, as each device's own."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import AxisType, NamedSharding, PartitionSpec

from bnact.numerics import placed_as, varying_as

PARAMETERS = {"scale": jnp.arange(3.0), "alpha": jnp.float32(2), "of_two": jnp.ones((3, 2), jnp.bfloat16)}
X = jnp.ones((8, 3))


def test_elsewhere_nothing_changes():
    found = varying_as(X, PARAMETERS)
    jax.tree.map(np.testing.assert_array_equal, found, PARAMETERS)
    assert jax.tree.map(lambda leaf: leaf.dtype, found) == jax.tree.map(lambda leaf: leaf.dtype, PARAMETERS)


@jax.custom_vjp
def scaled(x, parameters):
    return x * parameters["scale"][None] * parameters["alpha"]


def forward(x, parameters):
    return scaled(x, parameters), (x, parameters)


def backward(residuals, dy):
    x, parameters = residuals
    scale, alpha = parameters["scale"], parameters["alpha"]
    by_scale, by_alpha = jnp.sum(x * dy * alpha, 0), jnp.sum(x * dy * scale[None])
    rest = jnp.zeros_like(parameters["of_two"])
    return dy * alpha * scale[None], {"scale": by_scale, "alpha": by_alpha, "of_two": rest}


scaled.defvjp(forward, backward)


@pytest.mark.parametrize("check_vma", [True, False])
def test_a_rules_gradients_are_summed_over_the_devices(check_vma):
    mesh = jax.make_mesh((8,), ("over",), axis_types=(AxisType.Auto,))
    parts, whole = PartitionSpec("over"), PartitionSpec()

    def gradient(given):
        divided = jax.shard_map(
            lambda x, p: scaled(x, given(x, p)),
            mesh=mesh,
            in_specs=(parts, whole),
            out_specs=parts,
            check_vma=check_vma,
        )
        return jax.grad(lambda p: jnp.sum(divided(X, p)))(PARAMETERS)

    found = gradient(varying_as)
    jax.tree.map(np.testing.assert_array_equal, found, jax.grad(lambda p: jnp.sum(scaled(X, p)))(PARAMETERS))
    if check_vma:  # without it, jax says so
        with pytest.raises(ValueError, match="custom_vjp|Custom VJP"):
            gradient(lambda x, p: p)


@pytest.mark.parametrize("parameter, gradient", [("over", None), (None, "over"), ("over", "over")])
def test_a_gradient_is_placed_as_its_parameter(parameter, gradient):
    mesh = jax.make_mesh((8,), ("over",), axis_types=(AxisType.Explicit,))
    with jax.set_mesh(mesh):
        one, other = (
            jax.device_put(jnp.arange(8.0), NamedSharding(mesh, PartitionSpec(axis)))
            for axis in (parameter, gradient)
        )
        found = jax.jit(placed_as)(one, other)
        assert jax.typeof(found).sharding.spec == jax.typeof(one).sharding.spec
    np.testing.assert_array_equal(found, jnp.arange(8.0))
