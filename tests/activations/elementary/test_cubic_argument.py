"""The argument of gelu_tanh in two words, and the tail of its sigmoid, against many digits."""

import mpmath
import numpy as np
import pytest

from bnact.activations.elementary import CUBIC, cubic_argument, cubic_argument_inverse, scaled_sigmoid
from bnact.activations.elementary.cubic_argument import LINEAR

from .last_places import computed

X = np.linspace(0.01, 11.0, 400).astype(np.float32)


def argument(x):
    return mpmath.mpf(LINEAR) * x + mpmath.mpf(CUBIC) * x**3


def tail(words):
    """1 / (1 + exp(y)), scaled up."""
    s = scaled_sigmoid(CUBIC, words._replace(high=-words.high, low=-words.low))
    return 1.0 / s.total, s.scale


def worst(found):
    """The largest relative error."""
    with mpmath.workdps(50):
        truths = [1 / (1 + mpmath.exp(argument(mpmath.mpf(float(x))))) for x in X]
        powers, scale = found
        errors = [
            abs(mpmath.mpf(float(power)) * mpmath.mpf(float(scale)) / right - 1)
            for power, right in zip(powers, truths, strict=True)
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
