"""One number of an array, also where it is divided over devices."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import AxisType, NamedSharding, PartitionSpec

from bnact.numerics import never, one_number
from tests.compiled import most_exchanged

X = jnp.asarray(np.random.default_rng(0).normal(size=(16, 8)), jnp.float32)
SPECS = [PartitionSpec("rows", None), PartitionSpec(None, "rows"), PartitionSpec(None, None)]


@pytest.mark.parametrize("shape", [(), (3,), (2, 3, 4)])
def test_it_is_one_of_the_array(shape):
    x = jnp.arange(np.prod(shape), dtype=jnp.float32).reshape(shape) + 5
    assert one_number(x) == 5


@pytest.mark.parametrize("number", [-1.0, -0.0, 0.0, 1.0, np.inf, -np.inf, np.nan])
def test_never_is_never(number):
    assert not jax.jit(never)(jnp.full((2, 3), number))


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("axis_type", [AxisType.Auto, AxisType.Explicit])
def test_divided_over_devices(axis_type, spec):
    mesh = jax.make_mesh((8,), ("rows",), axis_types=(axis_type,))
    with jax.set_mesh(mesh):
        x = jax.device_put(X, NamedSharding(mesh, spec))
        assert not jax.jit(never)(x)
        found = jax.jit(one_number)(x)
    is_split = axis_type == AxisType.Explicit and spec != SPECS[-1]
    np.testing.assert_array_equal(found, jnp.min(X) if is_split else X[0, 0])


def exchanged(function, x):
    return most_exchanged(jax.jit(function).lower(x).compile())


@pytest.mark.parametrize("axis_type", [AxisType.Auto, AxisType.Explicit])
def test_one_number_goes_from_device_to_device(axis_type):
    mesh = jax.make_mesh((8,), ("rows",), axis_types=(axis_type,))
    with jax.set_mesh(mesh):
        x = jax.device_put(X, NamedSharding(mesh, SPECS[0]))
        assert exchanged(one_number, x) == 1
        if axis_type == AxisType.Auto:
            assert exchanged(lambda x: jnp.sort(x.ravel())[0], x) == X.size
