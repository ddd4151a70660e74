"""Channels first and last."""

import numpy as np
import pytest

from bnact import convert


@pytest.mark.parametrize("positions", [(), (4,), (4, 5), (4, 5, 6)])
def test_first_and_last_are_each_other_s_inverse(positions):
    x = np.arange(2 * 3 * np.prod(positions, dtype=int), dtype=np.float32).reshape(2, 3, *positions)
    last = convert.channels_last(x)
    assert last.shape == (2, *positions, 3)
    np.testing.assert_array_equal(last[..., 1], x[:, 1])
    np.testing.assert_array_equal(convert.channels_first(last), x)


@pytest.mark.parametrize("function", [convert.channels_last, convert.channels_first])
def test_a_single_example_is_refused(function):
    with pytest.raises(
        ValueError, match=rf"{function.__name__}: x must be a batch.*got shape \(3,\); use x\[None\]"
    ):
        function(np.zeros(3))
