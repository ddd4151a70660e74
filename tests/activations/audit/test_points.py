"""Where functions are looked at."""

import ml_dtypes
import numpy as np
import pytest

from bnact.activations.audit.points import every_finite, flushed, log_spaced


@pytest.mark.parametrize("dtype, count", [(np.float16, 63_488), (ml_dtypes.bfloat16, 65_280)])
def test_every_finite_number_once_and_in_order(dtype, count):
    x = every_finite(dtype)
    assert x.dtype == dtype
    assert np.unique(x.view(np.uint16)).size == x.size == count
    wide = x.astype(np.float64)
    assert np.all(np.isfinite(wide))
    assert np.sum(np.diff(wide) == 0.0) == 1  # both zeros
    assert np.all(np.diff(wide) >= 0.0)
    assert wide[0] == -float(ml_dtypes.finfo(dtype).max)


@pytest.mark.parametrize("count", [4, 40, 20_000])
def test_log_spaced_numbers_of_either_sign(count):
    x = log_spaced(np.float32, count)
    assert x.shape == (count,)
    assert np.all(np.diff(x) > 0.0)
    np.testing.assert_array_equal(x, -x[::-1])
    assert (x[-1], x[count // 2]) == (np.finfo(np.float32).max, np.finfo(np.float32).tiny)


def test_what_counts_as_zero():
    tiny = np.finfo(np.float32).tiny
    x = np.array([tiny, tiny / 2.0, -tiny / 2.0, -tiny], np.float32)
    np.testing.assert_array_equal(flushed(x), [tiny, 0.0, 0.0, -tiny])
    # A subnormal number of float16 is none of float32.
    assert flushed(np.array([1e-7], np.float16))[0] > 0.0
