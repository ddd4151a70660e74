"""What evaluation in many digits is compared with: mpmath itself."""

from collections.abc import Sequence

import mpmath
import numpy as np

from bnact.tracing.multiprecision import DIGITS

POINTS = np.array([-3.5, -1.0, -0.75, -1e-9, 0.0, 1e-9, 0.25, 1.0, 2.5, 3.5, 40.0])
INFINITE = np.array([-np.inf, np.inf, np.nan])


def agree(found, right):
    """Every number to 90 digits; NaN and infinities where they must be."""
    found, right = list(found), list(right)
    assert len(found) == len(right)
    with mpmath.workdps(DIGITS):
        for one, other in zip(found, right, strict=True):
            other = mpmath.mpf(other)
            if mpmath.isfinite(other):
                assert abs(one - other) <= abs(other) * mpmath.mpf(10) ** -90, (one, other)
            else:
                assert mpmath.isnan(one) if mpmath.isnan(other) else one == other, (one, other)


def by_mpmath(fn, points: Sequence[float] | np.ndarray = POINTS):
    """fn of mpf at the points; NaN where mpmath has no real number."""

    def real(x):
        try:
            y = fn(mpmath.mpf(float(x)))
        except ValueError:
            return mpmath.nan
        return mpmath.nan if isinstance(y, mpmath.mpc) else y

    with mpmath.workdps(DIGITS):
        return [real(x) for x in points]
