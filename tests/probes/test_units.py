"""Dead and saturated units, counted by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.activations import ACTIVATIONS
from bnact.probes import dead, saturated
from bnact.probes.units import SATURATED_BELOW


def test_a_unit_is_dead_where_no_example_has_a_slope():
    slope = jnp.asarray([[0.0, 0.0, 1.0, 0.0], [0.0, 1e-30, 0.0, 0.0], [0.0, 0.0, 0.0, -2.0]])
    assert dead(slope) == 0.25
    assert dead(jnp.zeros((3, 4))) == 1
    assert dead(jnp.ones((3, 4))) == 0


def test_a_network_of_nan_has_no_share_of_either_kind():
    slope = jnp.asarray([[jnp.nan, 0.0]])
    assert jnp.isnan(dead(slope))
    assert jnp.isnan(saturated(slope, 1.0))


def test_a_slope_is_saturated_below_a_share_of_the_largest():
    slope = jnp.asarray([[0.0, 0.099, -0.099], [0.101, -0.101, 2.0]])
    assert saturated(slope, 2.0) == pytest.approx(3 / 6)
    assert saturated(slope, jnp.float32(1.0)) == pytest.approx(1 / 6)
    assert SATURATED_BELOW == 0.05


@pytest.mark.parametrize(
    "activation, dead_share, saturated_share",
    [
        ("relu", 0.5, 0.5),
        ("leaky_relu", 0.0, 0.5),
        ("identity", 0.0, 0.0),
        ("tanh", 0.0, 1.0),
        ("sigmoid", 0.0, 1.0),
    ],
)
def test_far_from_zero(activation, dead_share, saturated_share):
    act, given = ACTIVATIONS[activation], jnp.asarray([[-10.0, 10.0], [-9.0, 9.0]])
    slope = act.derivative(given)
    assert dead(slope) == dead_share
    assert saturated(slope, act.lipschitz) == saturated_share


@pytest.mark.parametrize("dtype", [jnp.float16, jnp.float32])
def test_the_result_is_a_scalar_of_the_slopes_type(dtype):
    slope = jnp.asarray(np.random.default_rng(0).normal(size=(5, 3)), dtype)
    for share in (dead(slope), saturated(slope, 1.0)):
        assert (share.shape, share.dtype) == ((), dtype)


def test_all_axes_but_the_last_are_examples():
    slope = jnp.asarray(np.random.default_rng(0).choice([0.0, 0.01, 1.0], (2, 3, 4, 5)), jnp.float32)
    slope = slope.at[..., 1].set(0.0).at[:1, ..., 3].set(0.0)
    flat = slope.reshape(-1, 5)
    for probe in (jax.jit(dead), jax.jit(lambda slope: saturated(slope, 1.0))):
        np.testing.assert_array_equal(probe(slope), probe(flat))
    # Channel 3 is dead on one image, and alive on the other.
    np.testing.assert_allclose(dead(slope), 0.2)
    np.testing.assert_allclose(dead(slope[0]), 0.4)


def test_one_example_without_axes():
    assert dead(jnp.asarray([0.0, 1.0])) == 0.5
