"""Expectations under a pair of standard normal numbers of any correlation."""

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from jax.typing import ArrayLike as FunctionValues
from numpy.typing import ArrayLike

from .evaluation import Numbers, evaluate
from .normal_expectation import Flat, expectations_or_nan, finite_kinks

# So many deviations beside a kink of the inner function its smoothed kink ends.
_SMOOTHED = 9.0
# An inner mean is not resolved to its own size where that is far below the outer one's error.
_INNER = 1e-3


def pair_expectation(
    f: Callable[[np.ndarray], FunctionValues],
    g: Callable[[np.ndarray], FunctionValues],
    correlation: ArrayLike,
    kinks_f: Sequence[float] = (),
    kinks_g: Sequence[float] = (),
) -> Numbers:
    """Mean of a product of functions of two standard normal numbers: E f(z1) g(z2), E z1 z2 = correlation.

    z2 = c z1 + sqrt(1 - c^2) t with t normal and independent of z1, so an outer quadrature over z1 holds an
    inner one over t. Both are split at the kinks and refine themselves; beside the kinks of g the outer one
    is split at the length sqrt(1 - c^2) too, over which the inner mean turns there. At c = 1 and -1 it is
    E f(z) g(c z). The error is below 1e-10 for f and g of order one, at every correlation.

    Args:
      f: a function of one number, elementwise, numpy or JAX; called as by `evaluate`.
      g: likewise.
      correlation: within [-1, 1], any shape.
      kinks_f: where f or one of its derivatives jumps, or where it is narrow; e.g. `activation.breakpoints`.
      kinks_g: likewise of g.

    Returns:
      A float for a number, else float64 shaped like `correlation`.

    Raises:
      ValueError: a correlation is outside [-1, 1] or NaN; a kink is not finite; f or g is not finite within
        13 deviations, grows too fast, or is not resolved.
      TypeError: f or g computes in less than float64.
    """
    correlations = np.asarray(correlation, np.float64)
    if not np.all(np.abs(correlations) <= 1.0):
        raise ValueError(
            f"pair_expectation: correlation must be within [-1, 1]; got {correlation}; "
            "clip what rounding has carried beyond"
        )
    first, second = _factor(f, kinks_f), _factor(g, kinks_g)
    means = [_mean_of_product(first, second, float(each)) for each in correlations.ravel()]
    if np.any(np.isnan(means)):
        worst = correlations.ravel()[int(np.flatnonzero(np.isnan(means))[0])]
        raise ValueError(
            "pair_expectation: f and g must be finite and resolved within 13 deviations, and negligible "
            f"beyond; got others for correlation={worst:.17g}; bound them, or scale their argument down"
        )
    return means[0] if correlations.ndim == 0 else np.array(means).reshape(correlations.shape)


class _Factor(NamedTuple):
    """A function, its kinks, and its root mean square, by which the errors are measured."""

    fn: Flat
    kinks: np.ndarray
    size: float


def _factor(f: Callable[[np.ndarray], FunctionValues], kinks: Sequence[float]) -> _Factor:
    fn, points = functools.partial(evaluate, f), finite_kinks("pair_expectation", kinks)
    square = expectations_or_nan(lambda z: fn(z) ** 2, np.zeros(1), np.ones(1), points)[0]
    return _Factor(fn, points, float(np.sqrt(square)))


def _mean_of_product(f: _Factor, g: _Factor, correlation: float) -> float:
    rest = float(np.sqrt((1.0 - correlation) * (1.0 + correlation)))

    def inner(z: np.ndarray) -> np.ndarray:
        if rest == 0.0:
            return g.fn(correlation * z)
        return expectations_or_nan(g.fn, correlation * z, np.full(z.shape, rest), g.kinks, _INNER * g.size)

    kinks = np.concatenate([f.kinks, _turns(correlation, rest, g.kinks)])
    product = functools.partial(_product, f.fn, inner)
    return float(expectations_or_nan(product, np.zeros(1), np.ones(1), kinks, f.size * g.size)[0])


def _product(f: Flat, g: Flat, z: np.ndarray) -> np.ndarray:
    return f(z) * g(z)


def _turns(correlation: float, rest: float, kinks: np.ndarray) -> np.ndarray:
    """Where E g(correlation z + rest t) turns as a function of z: at the kinks, over a length `rest`."""
    if correlation == 0.0:
        return np.zeros(0)
    beside = [kinks + side * _SMOOTHED * rest for side in (-1.0, 0.0, 1.0)]
    return np.concatenate(beside) / correlation
