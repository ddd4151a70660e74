from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from bnact.numerics import two_product


def factors(dtype):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 500)) * 10.0 ** rng.uniform(-8, 8, (2, 500))
    return a.astype(dtype), b.astype(dtype)


def exact(numbers):
    return [Fraction(float(number)) for number in numbers]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("compiled", [True, False])
def test_nothing_is_lost(dtype, compiled):
    with jax.enable_x64(True):
        a, b = factors(dtype)
        computed = (jax.jit(two_product) if compiled else two_product)(jnp.asarray(a), jnp.asarray(b))
        rounded, lost = (np.asarray(each) for each in computed)
    np.testing.assert_array_equal(rounded, a * b)
    # The product of two halves of 27 digits has one more than float64 holds.
    allowed = Fraction(0) if dtype == np.float32 else Fraction(1, 2**104)
    for left, right, high, low in zip(*map(exact, (a, b, rounded, lost)), strict=True):
        assert abs(high + low - left * right) <= allowed * abs(left * right)


def test_a_plain_product_loses():
    rounded, lost = two_product(jnp.float32(1 + 2**-20), jnp.float32(1 + 2**-20))
    assert (rounded, lost) == (np.float32(1 + 2**-19), np.float32(2**-40))


def test_the_slope_is_that_of_a_product():
    slopes = jax.grad(lambda a, b: sum(two_product(a, b)), argnums=(0, 1))(jnp.float32(1.1), jnp.float32(2.3))
    np.testing.assert_allclose(slopes, (2.3, 1.1), rtol=1e-6)
