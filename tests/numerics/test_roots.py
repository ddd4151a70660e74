import math

import numpy as np
import pytest

from bnact.numerics import root_between

CASES = {
    "cosine": (lambda x: math.cos(x) - x, 0.0, 1.0, 0.7390851332151607),
    "power": (lambda x: x**9 - 1e-9, 0.0, 1.0, 0.1),
    "falling": (lambda x: math.exp(-x) - 0.5, 5.0, 0.0, math.log(2.0)),
    "steep": (lambda x: math.tanh(1e6 * (x - 0.3)), -1.0, 2.0, 0.3),
    "jump": (lambda x: 1.0 if x > 0.3 else -1.0, -1.0, 2.0, 0.3),
    "small": (lambda x: x - 1e-12, 0.0, 1.0, 1e-12),
    "at an end": (lambda x: x - 1.0, 0.0, 1.0, 1.0),
}


@pytest.mark.parametrize("case", CASES)
def test_zeros(case):
    f, low, high, truth = CASES[case]
    assert root_between(f, low, high) == pytest.approx(truth, rel=1e-14)


def test_smooth_functions_need_few_calls():
    points = []
    root_between(lambda x: points.append(x) or x**3 - 2.0 * x - 5.0, 2.0, 3.0)
    assert len(points) < 15


def test_an_error_that_is_enough_ends_it():
    points = []
    found = root_between(lambda x: points.append(x) or math.cos(x) - x, 0.0, 1.0, error=1e-3)
    assert 0.0 < abs(found - CASES["cosine"][3]) < 1e-3
    assert len(points) < 6


@pytest.mark.parametrize("f", [lambda x: 1.0 + x, lambda x: math.nan])
def test_signs_that_do_not_differ(f):
    with pytest.raises(ValueError, match=r"f must differ in sign at the ends; got f\(0\)=.*; widen"):
        root_between(f, 0.0, 1.0)


def test_a_function_that_is_nan_between():
    with pytest.raises(ValueError, match="f must be a number everywhere; got NaN at 0.5; narrow"):
        root_between(lambda x: x - 0.4 if x in (0.0, 1.0) else float(np.nan), 0.0, 1.0)
