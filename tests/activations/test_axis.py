"""Which axis an array has, counted from the front."""

import jax.numpy as jnp
import numpy as np
import pytest

from bnact.activations import softmax
from bnact.activations.axis import axis_of

X = jnp.ones((2, 3), jnp.float32)


@pytest.mark.parametrize("axis, found", [(0, 0), (-1, 1), (-2, 0), (np.int64(1), 1)])
def test_it_is_counted_from_the_front(axis, found):
    place = axis_of("name", X, axis)
    assert place == found
    assert type(place) is int


@pytest.mark.parametrize("axis", [2, -3, -1.0, (0, 1), None, "0"])
def test_what_is_no_axis_is_refused(axis):
    with pytest.raises(
        ValueError, match=r"^softmax: axis must be one of x; got axis=.*; use one from -2 to 1$"
    ):
        softmax(X, axis)
