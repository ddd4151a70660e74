from fractions import Fraction

import jax
import numpy as np
import pytest

from bnact.activations.elementary.double_word import split, two_sum


def numbers(count=500):
    return np.random.default_rng(0).normal(size=count).astype(np.float32)


def worst(pairs, truths):
    """The largest relative error of high + low."""
    sums = [Fraction(float(high)) + Fraction(float(low)) for high, low in zip(*pairs, strict=True)]
    return max(float(abs(found / right - 1)) for found, right in zip(sums, truths, strict=True))


def test_a_sum_is_exact():
    a, b = numbers(), np.float32(1e-4) * numbers()[::-1]
    truths = [Fraction(float(one)) + Fraction(float(other)) for one, other in zip(a, b, strict=True)]
    assert worst(jax.jit(two_sum)(a, b), truths) == 0.0


@pytest.mark.parametrize("dtype, digits", [("float32", 11), ("float64", 25)])
def test_a_split_constant(dtype, digits):
    high, low = split(0.3, dtype)
    assert high + low == 0.3
    assert (high * 2.0 ** (digits + 1)).is_integer()
