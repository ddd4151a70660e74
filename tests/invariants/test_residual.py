import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.invariants import Residual, largest_share, share
from bnact.invariants.residual import between, root_mean_square


@pytest.mark.parametrize(
    "value, bound, expected",
    [(0.0, 0.0, 0.0), (1e-9, 0.0, np.inf), (1.0, 4.0, 0.25), (-8.0, 4.0, 2.0), (0.0, 1.0, 0.0)],
)
def test_a_share_is_of_the_bound(value, bound, expected):
    assert share(Residual(jnp.float32(value), jnp.float32(bound))) == expected


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_beyond_every_bound(wrong):
    assert share(Residual(jnp.float32(wrong), jnp.float32(1))) == np.inf
    assert share(Residual(jnp.float32(0), jnp.float32(wrong))) == np.inf


def test_the_largest_share_is_that_of_all_leaves():
    tree = {
        "a": Residual(jnp.array([1.0, 3.0]), jnp.array([1.0, 1.0])),
        "b": Residual(jnp.zeros(0), jnp.zeros(0)),
    }
    assert jax.jit(largest_share)(tree) == 3.0
    assert largest_share(()) == 0.0


@pytest.mark.parametrize("size", [1, 1000])
def test_the_bound_of_a_difference_does_not_grow_with_the_array(size):
    found = between(jnp.full(size, 1.0), jnp.full(size, 1.5), tolerance=0.1)
    np.testing.assert_allclose(found.value, -0.5)
    np.testing.assert_allclose(found.bound, 0.1 * (1.0 + 1.5 + 1.5), rtol=1e-6)


def test_the_root_of_the_mean_square_does_not_overflow():
    assert root_mean_square(jnp.full(4, 1e30, jnp.float32)) == pytest.approx(1e30)
    assert root_mean_square(jnp.zeros(3)) == 0.0
