"""The zero of a function between two points where its signs differ."""

import math
from collections.abc import Callable

_CALLS = 200
_PLACES = 4.0 * 2.0**-52


def root_between(f: Callable[[float], float], low: float, high: float, error: float = 0.0) -> float:
    """A zero of a continuous function between two points at which its signs differ.

    Inverse quadratic interpolation where the last three points let it be trusted, else bisection.

    Args:
      f: a function of one number.
      low: one end.
      high: the other.
      error: of f: a value not larger counts as zero.

    Returns:
      The zero, to four units of its last place, as far as `error` and rounding leave f a sign.

    Raises:
      ValueError: the signs do not differ, or f is NaN somewhere.

    Source: Chandrupatla, A new hybrid quadratic/bisection algorithm for finding the zero of a nonlinear
    function without using derivatives, 1997.
    """
    new, other = high, low
    f_new, f_other = f(new), f(other)
    if not f_new * f_other <= 0.0:
        raise ValueError(
            f"root_between: f must differ in sign at the ends; got f({low:.6g})={f_other:.6g} and "
            f"f({high:.6g})={f_new:.6g}; widen the interval"
        )
    share = 0.5
    best = new
    for _ in range(_CALLS):
        best = new if abs(f_new) < abs(f_other) else other
        width = abs(other - new)
        place = _PLACES * abs(best) / width if width > 0.0 else 1.0
        if place > 0.5 or min(abs(f_new), abs(f_other)) <= error:
            return best
        share = min(max(share, place), 1.0 - place)
        last, f_last = new, f_new
        new = new + share * (other - new)
        f_new = f(new)
        if math.isnan(f_new):
            raise ValueError(
                f"root_between: f must be a number everywhere; got NaN at {new:.6g}; narrow the interval"
            )
        # The zero stays between new and other; `last` is the third point.
        if (f_new > 0.0) != (f_last > 0.0):
            other, f_other, last, f_last = last, f_last, other, f_other
        share = _next_share((new, f_new), (other, f_other), (last, f_last))
    return best


def _next_share(new: tuple[float, float], other: tuple[float, float], last: tuple[float, float]) -> float:
    """How far from `new` to `other` to look next."""
    (a, fa), (b, fb), (c, fc) = new, other, last
    if fa == fc or b == c or fb in (fa, fc):
        return 0.5
    xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
    if not (phi**2 < xi and (1.0 - phi) ** 2 < 1.0 - xi):
        return 0.5
    return fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
