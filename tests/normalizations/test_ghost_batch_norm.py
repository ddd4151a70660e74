import jax.numpy as jnp
import numpy as np
import pytest

from bnact.normalizations import batch_norm, ghost_batch_norm
from tests.normalizations.every_norm import applied

X = np.random.default_rng(0).normal(3.0, 2.0, (12, 5, 3)).astype(np.float32)


@pytest.mark.parametrize("size", [2, 4, 12, 100])
def test_each_virtual_batch_is_treated_as_a_batch_by_itself(size):
    ghost, plain = ghost_batch_norm(size=size), batch_norm()
    y, after = applied(ghost, *ghost.init(3), X)
    parts = [applied(plain, *plain.init(3), X[at : at + size])[0] for at in range(0, 12, size)]
    np.testing.assert_allclose(y, np.concatenate(parts), atol=1e-6)
    whole = applied(plain, *plain.init(3), X)[1]
    np.testing.assert_allclose(after.variance, whole.variance, rtol=1e-6)
    np.testing.assert_allclose(after.mean, whole.mean, rtol=1e-6)


def test_evaluation_is_that_of_batch_norm():
    ghost, plain = ghost_batch_norm(size=4, momentum=0.5), batch_norm(momentum=0.5)
    params, state = ghost.init(3)
    _, state = applied(ghost, params, state, X)
    y, _ = applied(ghost, params, state, X[:5], train=False)
    np.testing.assert_array_equal(y, applied(plain, params, state, X[:5], train=False)[0])


def test_an_example_needs_positions_to_be_a_virtual_batch():
    norm = ghost_batch_norm(size=1)
    y, _ = applied(norm, *norm.init(3), X)
    np.testing.assert_allclose(np.mean(y, 1), 0, atol=1e-6)
    match = (
        r"^ghost_batch_norm: a virtual batch must hold at least 2 values of a feature; got x of shape "
        r"\(12, 3\), size=1, so 1; use a larger size$"
    )
    with pytest.raises(ValueError, match=match):
        norm.apply(*norm.init(3), jnp.ones((12, 3)))


@pytest.mark.parametrize("size", [5, 8, 11])
def test_a_batch_that_cannot_be_divided_is_refused(size):
    norm = ghost_batch_norm(size=size)
    match = (
        r"^ghost_batch_norm: the first axis must be a multiple of size; got x of shape \(12, 3\), "
        rf"size={size}; use size in \(2, 3, 4, 6, 12\)$"
    )
    with pytest.raises(ValueError, match=match):
        norm.apply(*norm.init(3), jnp.ones((12, 3)))


@pytest.mark.parametrize("size", [0, 2.0, True])
def test_the_size_is_a_whole_number(size):
    match = f"^ghost_batch_norm: size must be a whole number of at least 1; got size={size}; use size=1$"
    with pytest.raises(ValueError, match=match):
        ghost_batch_norm(size=size)
