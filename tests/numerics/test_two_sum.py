from fractions import Fraction

import hypothesis
import hypothesis.strategies as st
import jax.numpy as jnp
import numpy as np

from bnact.numerics import two_sum

# Whole numbers, as XLA on a CPU takes the smallest numbers for 0.
NUMBERS = st.integers(-(2**60), 2**60).map(np.float32)


@hypothesis.given(NUMBERS, NUMBERS)
def test_nothing_is_lost(a, b):
    rounded, lost = two_sum(jnp.float32(a), jnp.float32(b))
    assert rounded == np.float32(a) + np.float32(b)
    assert Fraction(float(a)) + Fraction(float(b)) == Fraction(float(rounded)) + Fraction(float(lost))


def test_a_plain_sum_loses():
    rounded, lost = two_sum(jnp.float32(1e8), jnp.float32(1.0))
    assert (rounded, lost) == (np.float32(1e8), np.float32(1.0))
