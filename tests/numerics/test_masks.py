import jax.numpy as jnp
import numpy as np
import pytest

from bnact.numerics import full_mask


def test_without_a_mask_there_is_none():
    assert full_mask(None, jnp.ones((2, 3))) is None


@pytest.mark.parametrize("shape", [(4, 3), (4, 1), (1, 3), (3,), ()])
def test_the_mask_takes_the_shape_of_x(shape):
    mask = np.arange(np.prod(shape, dtype=int)).reshape(shape) % 2 == 0
    full = full_mask(mask, jnp.ones((4, 3)))
    np.testing.assert_array_equal(full, np.broadcast_to(mask, (4, 3)))


def test_a_mask_of_numbers_is_refused():
    with pytest.raises(
        TypeError, match=r"mask: must be boolean, True counts; got int32; use mask\.astype\(bool\)"
    ):
        full_mask(jnp.ones((4, 1), jnp.int32), jnp.ones((4, 3)))


def test_a_mask_that_does_not_fit_is_refused():
    with pytest.raises(
        ValueError, match=r"got mask of shape \(4,\), x of shape \(4, 3\).*use mask\[\.\.\., None\]"
    ):
        full_mask(jnp.ones(4, bool), jnp.ones((4, 3)))
