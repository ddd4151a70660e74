import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.invariants import Residual, largest_share
from bnact.invariants.residual import (
    between,
    largest_root_mean_square,
    numpy_shares,
    root_mean_square,
    share,
)

WRONG = (np.nan, np.inf, -np.inf)


def share_of(value, bound):
    """By both ways to compute it."""
    of_jax = float(share(Residual(jnp.float32(value), jnp.float32(bound))))
    assert of_jax == numpy_shares(np.asarray(value, np.float32), np.asarray(bound, np.float32))
    return of_jax


@pytest.mark.parametrize(
    "value, bound, expected",
    [
        (0.0, 0.0, 0.0),
        (1e-9, 0.0, np.inf),
        (1.0, 4.0, 0.25),
        (-8.0, 4.0, 2.0),
        (0.0, 1.0, 0.0),
        (1.0, -1.0, np.inf),
    ],
)
def test_a_share_is_of_the_bound(value, bound, expected):
    assert share_of(value, bound) == expected


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_not_finite_is_beyond_every_bound(wrong):
    assert share_of(wrong, 1) == share_of(0, wrong) == np.inf


def test_the_largest_share_is_that_of_all_leaves():
    tree = {
        "a": Residual(jnp.array([1.0, 3.0]), jnp.array([1.0, 1.0])),
        "b": Residual(jnp.zeros(0), jnp.zeros(0)),
    }
    assert jax.jit(largest_share)(tree) == 3.0
    assert largest_share(()) == 0.0


@pytest.mark.parametrize("size", [1, 1000])
def test_the_bound_of_a_difference_does_not_grow_with_the_array(size):
    one, other = np.full(size, 1.0, np.float32), np.full(size, 1.5, np.float32)
    found = jax.jit(lambda *given: between(*given, tolerance=0.1, terms=jnp.float32(2.0)))(one, other)
    np.testing.assert_allclose(found.value, -0.5)
    np.testing.assert_allclose(found.bound, 0.1 * (1.0 + 1.5 + 1.5 + 2.0), rtol=1e-6)


def test_the_root_of_the_mean_square_does_not_overflow():
    found = jax.jit(root_mean_square)
    assert found(jnp.full(4, 1e30, jnp.float32)) == pytest.approx(1e30)
    assert found(jnp.zeros(4)) == 0.0


def test_of_a_tree_it_is_that_of_the_leaf_where_it_is_largest():
    leaves = {"a": jnp.full(4, 3.0), "b": jnp.zeros((2, 2), jnp.bfloat16), "c": jnp.zeros(0)}
    assert jax.jit(largest_root_mean_square)(leaves) == 3.0
    assert largest_root_mean_square({}) == 0.0
