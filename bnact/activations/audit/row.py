"""One line of an audit: a function or its gradient in one dtype."""

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

import jax.numpy as jnp
import numpy as np

from bnact.numerics import units

Quantity = Literal["value", "derivative"]

LIMITS: Mapping[str, Mapping[Quantity, float]] = MappingProxyType(
    {
        "float16": {"value": 1.0, "derivative": 2.0},
        "bfloat16": {"value": 1.0, "derivative": 2.0},
        "float32": {"value": 4.0, "derivative": 8.0},
    }
)
"""Units of the last place within which every activation of bnact is held."""

GAP = 16
"""Bad points with at most so many good ones between them are one run."""


class Run(NamedTuple):
    """An interval where results are bad.

    Attributes:
      low, high: the first and the last bad input.
      points: bad ones in it.
      worst: error in units of the last place, infinite if a result is not finite.
    """

    low: float
    high: float
    points: int
    worst: float


@dataclasses.dataclass(frozen=True)
class Row:
    """How a function, or its gradient, does in one dtype.

    Attributes:
      dtype: of the inputs.
      quantity: "value" or "derivative".
      returned: dtype of the results.
      points: how many were looked at.
      limit: units of the last place beyond which a point is bad.
      worst: largest error where the result is finite or the truth is not, in units of the last place of
        `dtype`; infinite for NaN or the wrong infinity.
      at: the input there.
      got, truth: what came out there, and what is right.
      beyond: how many points are bad: more than `limit` off, or not finite.
      not_finite: how many results are NaN or infinite although the truth is a number of the dtype.
      runs: intervals of bad points, the worst first.
      x, error: (points,) every input and its error, infinite where a result is not finite.
    """

    dtype: str
    quantity: Quantity
    returned: str
    points: int
    limit: float
    worst: float
    at: float
    got: float
    truth: float
    beyond: int
    not_finite: int
    runs: tuple[Run, ...]
    x: np.ndarray = dataclasses.field(repr=False, compare=False)
    error: np.ndarray = dataclasses.field(repr=False, compare=False)

    @property
    def passed(self) -> bool:
        """Whether no point is bad."""
        return self.beyond == 0


def row(dtype: str, quantity: Quantity, x: np.ndarray, got: np.ndarray, truth: np.ndarray) -> Row:
    """Compares results with the truth.

    Args:
      dtype: of the inputs.
      quantity: what the results are.
      x: (points,) inputs in rising order.
      got: (points,) results, in any floating dtype; judged as numbers of `dtype`.
      truth: (points,) float64.
    """
    limit = LIMITS[dtype][quantity]
    with np.errstate(over="ignore"):
        rounded = got.astype(x.dtype).astype(np.float64)
    error = units(rounded, truth, x.dtype)
    spurious = ~np.isfinite(rounded) & (np.abs(truth) <= float(jnp.finfo(x.dtype).max))
    bad = error > limit
    worst = int(np.argmax(np.where(spurious, -1.0, error)))
    return Row(
        dtype=dtype,
        quantity=quantity,
        returned=got.dtype.name,
        points=x.size,
        limit=limit,
        worst=float(error[worst]),
        at=float(x[worst]),
        got=float(rounded[worst]),
        truth=float(truth[worst]),
        beyond=int(np.sum(bad)),
        not_finite=int(np.sum(spurious)),
        runs=runs(x.astype(np.float64), error, bad),
        x=x.astype(np.float64),
        error=error,
    )


def runs(x: np.ndarray, error: np.ndarray, bad: np.ndarray) -> tuple[Run, ...]:
    """The intervals of bad points, the worst first."""
    places = np.flatnonzero(bad)
    if not places.size:
        return ()
    groups = np.split(places, np.flatnonzero(np.diff(places) > GAP + 1) + 1)
    found = [
        Run(float(x[group[0]]), float(x[group[-1]]), len(group), float(np.max(error[group])))
        for group in groups
    ]
    return tuple(sorted(found, key=lambda run: (-run.worst, -run.points)))
