"""Every activation and its derivatives in 100 digits, written plainly: what the tests hold ours against."""

import functools

import mpmath
import numpy as np

# selu's constants, as the paper's authors published them.
SCALE, ALPHA = (
    mpmath.mpf("1.0507009873554804934193349852946"),
    mpmath.mpf("1.6732632423543772848170429916717"),
)
LEAK = 0.01


def _logistic(x):
    s = 1 / (1 + mpmath.exp(-x))
    return s, s * (1 - s), s * (1 - s) * (1 - 2 * s)


def _tanh(x):
    t = mpmath.tanh(x)
    return t, 1 - t**2, -2 * t * (1 - t**2)


def _elu(x):
    e = mpmath.exp(x)
    return (x, mpmath.mpf(1), mpmath.mpf(0)) if x > 0 else (e - 1, e, e)


def _selu(x):
    negative = mpmath.exp(x) * SCALE * ALPHA
    return (SCALE * x, SCALE, mpmath.mpf(0)) if x > 0 else (negative - SCALE * ALPHA, negative, negative)


def _softplus(x):
    s, first, _ = _logistic(x)
    return mpmath.log1p(mpmath.exp(x)), s, first


def _gelu(x):
    below, density = mpmath.erfc(-x / mpmath.sqrt(2)) / 2, mpmath.npdf(x)
    return x * below, below + x * density, (2 - x**2) * density


def _product_with_x(x, s, first, second):
    return x * s, s + x * first, 2 * first + x * second


def _mish(x):
    s, first, _ = _logistic(x)
    t, outer, outer2 = _tanh(mpmath.log1p(mpmath.exp(x)))
    return _product_with_x(x, t, outer * s, outer2 * s**2 + outer * first)


def _soft_sign(x):
    size = 1 + abs(x)
    return x / size, 1 / size**2, (-2 if x > 0 else 2) / size**3


FORMULAS = {
    "identity": lambda x: (x, mpmath.mpf(1), mpmath.mpf(0)),
    "relu": lambda x: (max(x, mpmath.mpf(0)), mpmath.mpf(x > 0), mpmath.mpf(0)),
    "leaky_relu": lambda x: (
        (x, mpmath.mpf(1), mpmath.mpf(0)) if x > 0 else (LEAK * x, mpmath.mpf(LEAK), mpmath.mpf(0))
    ),
    "elu": _elu,
    "selu": _selu,
    "softplus": _softplus,
    "sigmoid": _logistic,
    "tanh": _tanh,
    "gelu": _gelu,
    "silu": lambda x: _product_with_x(x, *_logistic(x)),
    "mish": _mish,
    "soft_sign": _soft_sign,
}


def truth(name: str, order: int, points: np.ndarray) -> np.ndarray:
    """The derivative of that order (0: the value) at the points, rounded to float64."""
    return np.array([_all_orders(name, float(point))[order] for point in points])


@functools.cache
def _all_orders(name: str, point: float) -> tuple[float, float, float]:
    with mpmath.workdps(100):
        value, first, second = FORMULAS[name](mpmath.mpf(point))
        return float(value), float(first), float(second)
