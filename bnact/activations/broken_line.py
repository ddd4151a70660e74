"""Activations made of straight pieces: what is known about one follows from its knots and slopes."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import jax.numpy as jnp

from bnact.types import Array

from .activation import Activation, Interval, Monotone, Symmetry
from .elementary.points import above, nan_or
from .rule import Formula, curve, function


class Knot(NamedTuple):
    """Where one piece ends and the next begins.

    Attributes:
      at: the point.
      before: the limit of phi there from the left.
      after: the limit from the right; another one where phi jumps.
    """

    at: float
    before: float
    after: float


class BrokenLine(NamedTuple):
    """A function of straight pieces.

    Attributes:
      knots: between the pieces, increasing; at least one.
      slopes: of the pieces, one more than there are knots.
    """

    knots: tuple[Knot, ...]
    slopes: tuple[float, ...]


def broken_line_activation(
    name: str,
    line: BrokenLine,
    value: Formula,
    definition: Formula,
    formula: str,
    source: str,
    inverse: Formula | None = None,
) -> Activation:
    """The activation with these pieces; its derivative at a knot is that of the piece on the left.

    Args:
      name: of the record.
      line: the pieces.
      value: formula of phi for float32 and float64 arrays, elementwise.
      definition, formula, source: as in `Activation`.
      inverse: formula of the inverse, used where all slopes are positive.

    Returns:
      The record, all facts derived from the line.
    """
    monotone = _monotone(line)
    low, high = _range(line)
    jumps = tuple(knot.at for knot in line.knots if knot.before != knot.after)
    kinks = _kinks(line)
    return Activation(
        name=name,
        curve=curve(name, value, _derivative(line), lambda x: nan_or(x, jnp.zeros_like(x))),
        definition=definition,
        range=(low, high),
        attained=(_is_attained(line, low), _is_attained(line, high)),
        limits=_limits(line),
        lipschitz=math.inf if jumps else max(map(abs, line.slopes)),
        monotone=monotone,
        symmetry=_symmetry(line),
        jumps=jumps,
        kinks=kinks,
        breakpoints=kinks,
        flat=_flat(line),
        formula=formula,
        source=source,
        inverse=function(f"{name} inverse", inverse) if inverse and monotone == "strictly" else None,
    )


def _derivative(line: BrokenLine) -> Formula:
    def derivative(x: Array) -> Array:
        slope = jnp.full_like(x, line.slopes[0])
        for knot, next_slope in zip(line.knots, line.slopes[1:], strict=True):
            slope = jnp.where(above(x, knot.at), jnp.asarray(next_slope, x.dtype), slope)
        return nan_or(x, slope)

    return derivative


def _limits(line: BrokenLine) -> Interval:
    return (
        _far(-line.slopes[0], line.knots[0].before),
        _far(line.slopes[-1], line.knots[-1].after),
    )


def _far(growth: float, value: float) -> float:
    return value if growth == 0.0 else math.copysign(math.inf, growth)


def _range(line: BrokenLine) -> Interval:
    values = [*_limits(line), *(value for knot in line.knots for value in (knot.before, knot.after))]
    return min(values), max(values)


def _is_attained(line: BrokenLine, end: float) -> bool:
    """At a knot phi has the value before it; the one after it only if the next piece is flat."""
    return any(
        knot.before == end or (knot.after == end and slope == 0.0)
        for knot, slope in zip(line.knots, line.slopes[1:], strict=True)
    )


def _monotone(line: BrokenLine) -> Monotone:
    if min(line.slopes) < 0.0 or any(knot.after < knot.before for knot in line.knots):
        return "no"
    return "strictly" if min(line.slopes) > 0.0 else "weakly"


def _symmetry(line: BrokenLine) -> Symmetry:
    if line == _mirrored(line, -1.0):
        return "odd"
    return "even" if line == _mirrored(line, 1.0) else "none"


def _mirrored(line: BrokenLine, sign: float) -> BrokenLine:
    """The line of sign * phi(-x)."""
    knots = tuple(Knot(-at, sign * after, sign * before) for at, before, after in reversed(line.knots))
    return BrokenLine(knots, tuple(-sign * slope for slope in reversed(line.slopes)))


def _kinks(line: BrokenLine) -> tuple[float, ...]:
    sides = zip(line.knots, line.slopes[:-1], line.slopes[1:], strict=True)
    return tuple(knot.at for knot, left, right in sides if knot.before != knot.after or left != right)


def _flat(line: BrokenLine) -> tuple[Interval, ...]:
    points: Sequence[float] = [-math.inf, *(knot.at for knot in line.knots), math.inf]
    pieces = zip(points[:-1], points[1:], line.slopes, strict=True)
    return tuple((low, high) for low, high, slope in pieces if slope == 0.0)
