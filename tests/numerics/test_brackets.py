import numpy as np
import pytest

from bnact.numerics import Bracket, brackets

POINTS = np.arange(0.0, 40.0)


def test_crossings_in_the_order_of_the_points():
    found = list(brackets(lambda x: np.sin(x / 4.0 + 0.1), POINTS))
    assert [each.crosses for each in found] == [True, True, True]
    for each, zero in zip(found, np.pi * np.arange(1, 4), strict=True):
        assert each.low < 4.0 * (zero - 0.1) < each.high == each.low + 1.0
    backwards = list(brackets(lambda x: np.sin(x / 4.0 + 0.1), POINTS[::-1]))
    assert backwards == found[::-1]


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_touch_may_be_one(sign):
    assert list(brackets(lambda x: sign * 1e-3 * (x - 20.3) ** 2, POINTS)) == [Bracket(19.0, 21.0, False)]


def test_a_shallow_dip_is_none():
    assert not list(brackets(lambda x: 1.0 + (x - 20.3) ** 2, POINTS))


def test_what_counts_as_zero_has_no_sign():
    def f(x):
        return np.where(x < 10.0, 1e-12 * (-1.0) ** x, x - 20.5)

    assert list(brackets(f, POINTS, margin=1e-10)) == [Bracket(20.0, 21.0, True)]
    assert not list(brackets(lambda x: 1e-12 * np.sin(x), POINTS, margin=1e-10))


def test_a_zero_at_a_point():
    assert list(brackets(lambda x: x - 20.0, POINTS)) == [Bracket(19.0, 21.0, True)]


def test_nan_ends_it():
    assert not list(brackets(lambda x: np.where(x > 15.0, np.nan, x - 20.5), POINTS))


def test_no_more_points_than_asked_for():
    seen = []
    next(brackets(lambda x: seen.extend(x) or x - 3.5, POINTS))
    assert seen == list(POINTS[:16])
