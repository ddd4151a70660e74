"""The argument of gelu_tanh in two words, and the tail of its sigmoid, against many digits."""

import mpmath
import numpy as np
import pytest

from bnact.activations.elementary import CUBIC, cubic_argument, cubic_argument_inverse, sigmoid_tail
from bnact.activations.elementary.cubic_argument import LINEAR

from .last_places import computed

X = np.linspace(0.01, 11.0, 400).astype(np.float32)


def argument(x):
    return mpmath.mpf(LINEAR) * x + mpmath.mpf(CUBIC) * x**3


def tail(words):
    """1 / (1 + exp(y)), without the scale, where the scale is not needed."""
    return sigmoid_tail(CUBIC, words, words.high * CUBIC > 64.0)


def worst(found):
    """The largest relative error where the tail is no product of two."""
    with mpmath.workdps(50):
        truths = [1 / (1 + mpmath.exp(argument(mpmath.mpf(float(x))))) for x in X]
        errors = [
            abs(mpmath.mpf(float(power)) * mpmath.mpf(float(scale)) / right - 1)
            for power, scale, right in zip(*found, truths, strict=True)
        ]
    return float(max(errors))


def test_the_tail_is_right_to_the_last_places():
    assert worst(computed(lambda x: tail(cubic_argument(x)), X)) < 3.0 * np.finfo(np.float32).eps


def test_a_rounded_argument_would_be_caught():
    found = computed(lambda x: tail(cubic_argument(x)._replace(low=np.float32(0.0))), X)
    assert worst(found) > 50.0 * np.finfo(np.float32).eps


@pytest.mark.parametrize("y", [0.5, 64.0, 760.0])
def test_the_inverse(y):
    assert float(argument(cubic_argument_inverse(y))) == pytest.approx(y, rel=1e-12)
