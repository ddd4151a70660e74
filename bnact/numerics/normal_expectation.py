"""Expectations under normal distributions of any mean and deviation, by quadrature that refines itself."""

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from jax.typing import ArrayLike as FunctionValues
from numpy.typing import ArrayLike

from .evaluation import Numbers, evaluate

Flat = Callable[[np.ndarray], np.ndarray]

REACH = 13.0
"""So many deviations from the mean the quadrature ends; the density there is 1e-37."""

_EDGES = np.array([-13.0, -8.0, -5.0, -3.0, -1.0, 1.0, 3.0, 5.0, 8.0, 13.0])
_ORDER = 24
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(_ORDER)
# From values at the nodes to the last four Legendre coefficients, two even and two odd.
_LAST = slice(_ORDER - 4, _ORDER)
_TAIL = (np.polynomial.legendre.legvander(_NODES, _ORDER - 1) * (np.arange(_ORDER) + 0.5))[:, _LAST]
_TAIL = _TAIL * _WEIGHTS[:, None]
# The coefficients of a function that is analytic on a panel fall geometrically: where the last are below
# 1e-11, the error of the integral, which is that of twice the order, is below the rounding.
_TOLERANCE = 1e-11
_BEYOND = 1e-13
# A row whose function is 0 but near its end is no smaller there than elsewhere.
_NOTHING = 1e-30
# Below it rounding is no longer relative.
_SMALLEST = 1e-280
_HALVINGS = 60
_MOST_PANELS, _MOST_ROWS = 2**14, 2**10
_MOST_OF_A_ROW = 2**11


def normal_expectation(
    f: Callable[[np.ndarray], FunctionValues],
    mean: ArrayLike,
    deviation: ArrayLike,
    kinks: Sequence[float] = (),
) -> Numbers:
    """Mean of a function of a normal number: E f(mean + deviation z), z standard normal.

    Gauss-Legendre panels between the kinks are halved until the integrand is resolved, so f may vary over
    lengths far below or above a deviation. The error is below 1e-11 of E |f|. A feature narrower than a
    hundredth of a deviation is seen only if a kink is named in it.

    Args:
      f: a function of one number, elementwise, numpy or JAX; called as by `evaluate`.
      mean: any shape.
      deviation: not negative, broadcast against `mean`.
      kinks: where f or one of its derivatives jumps, or where it is narrow.

    Returns:
      A float for numbers, else float64 of the broadcast shape.

    Raises:
      ValueError: a deviation is negative or something is not finite; f is not finite within 13 deviations,
        grows too fast for the mean to be known from there, or is not resolved.
      TypeError: f computes in less than float64.
    """
    means, deviations = np.broadcast_arrays(np.asarray(mean, np.float64), np.asarray(deviation, np.float64))
    points = finite_kinks("normal_expectation", kinks)
    if not (np.all(np.isfinite(means)) and np.all(np.isfinite(deviations)) and np.all(deviations >= 0.0)):
        raise ValueError(
            "normal_expectation: mean must be finite, and deviation finite and not negative; "
            f"got mean={mean}, deviation={deviation}; leave the others out"
        )
    result = expectations_or_nan(functools.partial(evaluate, f), means.ravel(), deviations.ravel(), points)
    if np.any(np.isnan(result)):
        worst = int(np.flatnonzero(np.isnan(result))[0])
        raise ValueError(
            "normal_expectation: f must be finite and resolved within 13 deviations, and negligible beyond; "
            f"got another f for mean={means.ravel()[worst]:.6g}, deviation={deviations.ravel()[worst]:.6g}; "
            "lower the deviation, or bound f"
        )
    return float(result[0]) if means.ndim == 0 else result.reshape(means.shape)


def expectations_or_nan(
    f: Flat, mean: np.ndarray, deviation: np.ndarray, kinks: np.ndarray, size: float = 0.0
) -> np.ndarray:
    """E f(mean + deviation z) for every row, (rows,); NaN where the quadrature does not give it.

    Args:
      f: from flat float64 to flat float64.
      mean, deviation: (rows,).
      kinks: (points,) of every row alike.
      size: what the error is measured by where it is larger than E |f|.
    """
    found = _together(f, mean, deviation, kinks, size) if mean.size <= _MOST_ROWS else None
    if found is not None:
        return found
    middle = mean.size // 2
    parts = (slice(None, middle), slice(middle, None))
    return np.concatenate(
        [expectations_or_nan(f, mean[part], deviation[part], kinks, size) for part in parts]
    )


def _together(
    f: Flat, mean: np.ndarray, deviation: np.ndarray, kinks: np.ndarray, size: float
) -> np.ndarray | None:
    """The expectations of a few rows; None if they need more panels at a time than memory should hold."""
    with np.errstate(all="ignore"):  # what is not finite becomes NaN, and is told
        at = np.nan_to_num((kinks - mean[:, None]) / deviation[:, None], nan=REACH)
        panels = _first_panels(np.clip(at, -REACH, REACH))
        values = _weighted(f, mean, deviation, panels)
        sizes = np.bincount(panels.rows, np.abs(values) @ _WEIGHTS, mean.size)
        sizes = np.maximum(sizes, max(size, _SMALLEST))
        total = np.where(_negligible_beyond(panels, values, sizes), 0.0, np.nan)
        for _ in range(_HALVINGS):
            tail = np.sum(np.abs(values @ _TAIL), axis=-1)
            total[panels.rows[~np.isfinite(tail)]] = np.nan
            done = tail <= _TOLERANCE * sizes[panels.rows]
            total += np.bincount(panels.rows[done], values[done] @ _WEIGHTS, mean.size)
            total[np.bincount(panels.rows[~done], minlength=mean.size) > _MOST_OF_A_ROW] = np.nan
            panels = _halved(panels, ~done & ~np.isnan(total[panels.rows]))
            if panels.rows.size == 0:
                return total
            if panels.rows.size > _MOST_PANELS:
                return None
            values = _weighted(f, mean, deviation, panels)
    total[panels.rows] = np.nan
    return total


def finite_kinks(what: str, kinks: Sequence[float]) -> np.ndarray:
    """The kinks as an increasing array; an error if one is not finite."""
    points = np.unique(np.asarray(kinks, np.float64))
    if not np.all(np.isfinite(points)):
        raise ValueError(f"{what}: kinks must be finite; got {tuple(kinks)}; leave the others out")
    return points


class _Panels(NamedTuple):
    """Intervals in deviations from the mean, each of one row; every field is (panels,)."""

    rows: np.ndarray
    left: np.ndarray
    right: np.ndarray


def _first_panels(kinks: np.ndarray) -> _Panels:
    """The first panels of every row; kinks are (rows, points) in deviations."""
    fixed = np.broadcast_to(_EDGES, (kinks.shape[0], _EDGES.size))
    edges = np.sort(np.concatenate([fixed, kinks], axis=1), axis=1)
    rows, columns = np.nonzero(edges[:, 1:] > edges[:, :-1])
    return _Panels(rows, edges[rows, columns], edges[rows, columns + 1])


def _halved(panels: _Panels, chosen: np.ndarray) -> _Panels:
    rows, left, right = (field[chosen] for field in panels)
    center = (left + right) / 2.0
    return _Panels(np.tile(rows, 2), np.concatenate([left, center]), np.concatenate([center, right]))


def _weighted(f: Flat, mean: np.ndarray, deviation: np.ndarray, panels: _Panels) -> np.ndarray:
    """The integrand at the nodes of every panel, (panels, nodes), for the weights of [-1, 1]."""
    center, half = (panels.left + panels.right) / 2.0, (panels.right - panels.left) / 2.0
    z = center[:, None] + half[:, None] * _NODES
    x = mean[panels.rows, None] + deviation[panels.rows, None] * z
    return f(x.ravel()).reshape(z.shape) * np.exp(-(z**2) / 2.0) * (half / np.sqrt(2.0 * np.pi))[:, None]


def _negligible_beyond(panels: _Panels, values: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Whether the integrand of a row has fallen to nothing at both ends, (rows,)."""
    fallen = np.ones(sizes.shape, bool)
    for ends, node in ((panels.left == -REACH, 0), (panels.right == REACH, -1)):
        rows = panels.rows[ends]
        fallen[rows] &= np.abs(values[ends, node]) <= np.maximum(_BEYOND * sizes[rows], _NOTHING)
    return fallen
