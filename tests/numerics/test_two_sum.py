from fractions import Fraction

import hypothesis
import hypothesis.strategies as st
import numpy as np

from bnact.numerics import two_sum

NUMBERS = st.floats(-(2.0**100), 2.0**100, width=32)


@hypothesis.given(NUMBERS, NUMBERS)
def test_nothing_is_lost(a, b):
    rounded, lost = two_sum(np.float32(a), np.float32(b))
    assert rounded == np.float32(a) + np.float32(b)
    assert Fraction(a) + Fraction(b) == Fraction(float(rounded)) + Fraction(float(lost))


def test_a_plain_sum_loses():
    rounded, lost = two_sum(np.float32(1e8), np.float32(1.0))
    assert (rounded, lost) == (np.float32(1e8), np.float32(1.0))
