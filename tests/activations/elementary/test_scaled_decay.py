import math

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

from bnact.activations.elementary.scaled_decay import scaled_decay

REACH = {"float32": 86.0, "float64": 700.0}
RATES = (1e-3, 0.3, 1.0, 4.0 / 3.0, 7.7)


def relative_error(values, rate, x):
    """The largest, for exp(-rate |x|)."""
    with mpmath.workdps(60):
        exact = [mpmath.exp(-abs(mpmath.mpf(rate) * mpmath.mpf(float(point)))) for point in x]
        differences = [abs(mpmath.mpf(float(v)) / t - 1) for v, t in zip(values, exact, strict=True)]
    return max(float(difference) for difference in differences)


def points(rate, dtype):
    return np.linspace(-REACH[dtype] / rate, REACH[dtype] / rate, 301).astype(dtype)


@pytest.mark.parametrize("dtype", REACH)
@pytest.mark.parametrize("rate", RATES)
def test_to_the_last_places(rate, dtype):
    x = points(rate, dtype)
    with jax.enable_x64(True):
        values = np.asarray(jax.jit(lambda x: scaled_decay(rate, x).value)(x))
    assert relative_error(values, rate, x) < 3.0 * np.finfo(dtype).eps


def test_a_rounded_product_would_be_caught():
    x = points(0.3, "float32")
    assert relative_error(np.exp(-np.abs(np.float32(0.3) * x)), 0.3, x) > 20.0 * np.finfo(np.float32).eps


def test_a_product_before_it_underflows():
    x = jnp.float32(90.0)
    assert scaled_decay(1.0, x).value == 0.0
    np.testing.assert_allclose(
        scaled_decay(1.0, x).times(jnp.float32(1e10)), math.exp(-90.0) * 1e10, rtol=1e-6
    )


@pytest.mark.parametrize("rate", [1.0, 0.3])
def test_infinity_and_nan(rate):
    x = jnp.array([-math.inf, math.inf, math.nan], jnp.float32)
    np.testing.assert_array_equal(scaled_decay(rate, x).value, np.array([0.0, 0.0, math.nan], np.float32))
