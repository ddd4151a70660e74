import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

from bnact.activations.elementary.normal_hazard import normal_hazard

REACH = {"float32": 14.0, "float64": 37.0}


def relative_error(values, x):
    """The largest, for phi(a) / Phi(-a)."""
    with mpmath.workdps(60):
        exact = [mpmath.npdf(mpmath.mpf(float(a))) / mpmath.ncdf(-mpmath.mpf(float(a))) for a in x]
        differences = [abs(mpmath.mpf(float(v)) / t - 1) for v, t in zip(values, exact, strict=True)]
    return max(float(difference) for difference in differences)


@pytest.mark.parametrize("dtype", REACH)
def test_to_the_last_places(dtype):
    x = np.linspace(0.0, REACH[dtype], 301).astype(dtype)
    with jax.enable_x64(True):
        values = np.asarray(jax.jit(normal_hazard)(x))
    assert relative_error(values, x) < 5.0 * np.finfo(dtype).eps


def test_a_rounded_coefficient_would_be_caught():
    x = np.linspace(0.0, 14.0, 301).astype(np.float32)
    assert (
        relative_error(1.00001 * np.asarray(normal_hazard(jnp.asarray(x))), x)
        > 5.0 * np.finfo(np.float32).eps
    )
