"""Checks of each fact that an activation declares; a wrong declaration raises AssertionError."""

import numpy as np

from tests.activations.compiled import inverse, orders

STEP = 1e-6
JUMP = 1e-3


def float64(act, order, x):
    """The derivative of that order (0: the value) in float64."""
    return orders(act, np.asarray(x, np.float64))[order]


def grid():
    """Thousandths within 30, exactly as written, and decades far out."""
    near = np.arange(-30_000, 30_001) / 1000.0
    far = 10.0 ** np.arange(1.5, 300.0, 0.5)
    return np.concatenate([-far[::-1], near, far])


def refined(fn, x):
    """The largest value of fn and of its closer look around the largest on the grid."""
    peak = x[np.argmax(fn(x))]
    for width in (2e-3, 2e-6):
        around = peak + np.linspace(-width, width, 4001)
        peak = around[np.argmax(fn(around))]
    return max(fn(np.array([peak]))[0], fn(x).max())


def check_range(act):
    low, high = act.range
    x = grid()
    smallest = -refined(lambda x: -float64(act, 0, x), x)
    largest = refined(lambda x: float64(act, 0, x), x)
    for declared, attained in ((low, smallest), (high, largest)):
        if np.isinf(declared):
            assert abs(attained) > 1e290
            assert np.sign(attained) == np.sign(declared)
        else:
            assert abs(attained - declared) <= 2e-16


def check_lipschitz(act):
    largest = refined(lambda x: np.abs(float64(act, 1, x)), grid())
    assert abs(largest - act.lipschitz) <= 1e-14


def one_sided_slopes(act, order, x):
    before, middle, after = (float64(act, order, x + shift) for shift in (-STEP, 0.0, STEP))
    return (middle - before) / STEP, (after - middle) / STEP


def jumps(act, order):
    x = np.arange(-10_000, 10_001) / 1000.0
    left, right = one_sided_slopes(act, order, x)
    return tuple(x[np.abs(left - right) > JUMP])


def check_kinks(act):
    assert jumps(act, 0) == act.kinks
    assert jumps(act, 1) == act.breakpoints


def check_kink_side(act):
    for order, points in ((0, act.kinks), (1, tuple(set(act.breakpoints) - set(act.kinks)))):
        for point in points:
            left, right = one_sided_slopes(act, order, np.array([point]))
            declared = left if act.kink_side == "left" else right
            assert abs(float64(act, order + 1, [point]) - declared) < JUMP


def check_flat(act):
    x = np.arange(-30_000, 30_001) / 1000.0
    inside = np.zeros(x.shape, bool)
    for low, high in act.flat:
        inside |= (low <= x) & (x <= high)
    np.testing.assert_array_equal(float64(act, 1, x) == 0.0, inside)


def check_inverse(act):
    x = np.linspace(-6.0, 6.0, 2001)
    increasing = bool(np.all(np.diff(float64(act, 0, x)) > 0))
    assert increasing == (act.inverse is not None)
    if act.inverse is not None:
        y = float64(act, 0, x)
        back = inverse(act, y)
        np.testing.assert_allclose(back, x, rtol=1e-10, atol=1e-10)
        np.testing.assert_allclose(float64(act, 0, back), y, rtol=1e-12, atol=1e-12)
