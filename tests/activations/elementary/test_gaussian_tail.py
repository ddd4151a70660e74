import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

from bnact.activations.elementary.gaussian_tail import gaussian, slope_ratio, tail_ratio

REACH = {"float32": 13.0, "float64": 37.0}


def relative_error(values, truth, x):
    with mpmath.workdps(60):
        exact = [truth(mpmath.mpf(float(point))) for point in x]
        differences = [abs(mpmath.mpf(float(v)) / t - 1) for v, t in zip(values, exact, strict=True)]
    return max(float(difference) for difference in differences)


def tail_truth(a):
    return mpmath.erfc(a / mpmath.sqrt(2)) / 2 * mpmath.exp(a**2 / 2)


def slope_truth(a):
    return tail_truth(a) - a / mpmath.sqrt(2 * mpmath.pi)


@pytest.mark.parametrize("dtype", REACH)
@pytest.mark.parametrize(
    "fn, truth", [(tail_ratio, tail_truth), (slope_ratio, slope_truth)], ids=["tail", "slope"]
)
def test_ratios(dtype, fn, truth):
    near_the_root = 0.7517915246935645 + np.array([-1e-3, -1e-6, 0.0, 1e-6, 1e-3])
    x = np.concatenate([np.linspace(0.0, REACH[dtype], 200), near_the_root]).astype(dtype)
    with jax.enable_x64(True):
        values = np.asarray(jax.jit(fn)(x))
    assert relative_error(values, truth, x) < 5.0 * np.finfo(dtype).eps


@pytest.mark.parametrize("dtype", REACH)
def test_density(dtype):
    x = np.linspace(-REACH[dtype], REACH[dtype], 301).astype(dtype)
    with jax.enable_x64(True):
        values = np.asarray(jax.jit(lambda x: gaussian(x).times(jnp.ones_like(x)))(x))
    assert relative_error(values, lambda a: mpmath.exp(-(a**2) / 2), x) < 3.0 * np.finfo(dtype).eps


def test_the_plain_density_would_be_caught():
    x = np.linspace(-13.0, 13.0, 301).astype(np.float32)
    plain = np.exp(-(x**2) / 2)
    assert relative_error(plain, lambda a: mpmath.exp(-(a**2) / 2), x) > 20.0 * np.finfo(np.float32).eps
