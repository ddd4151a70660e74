"""Ratios of gamma functions whose arguments may be large and near each other."""

import math

# From here on the seven terms below are exact to 1e-19.
_LARGE = 20.0
_TERMS = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)


def log_gamma_ratio(x: float, step: float) -> float:
    """log(Gamma(x + step) / Gamma(x)), without the cancellation of a difference of logarithms.

    Args:
      x: positive.
      step: larger than -x.

    Returns:
      The logarithm, to about 1e-15 of itself and of 1.
    """
    shifts = max(0, math.ceil(_LARGE - min(x, x + step)))
    skipped = math.fsum(math.log1p(step / (x + shift)) for shift in range(shifts))
    far = x + shifts
    grown = (far + step - 0.5) * math.log1p(step / far) + step * math.log(far) - step
    return grown + (stirling_remainder(far + step) - stirling_remainder(far)) - skipped


def stirling_remainder(x: float) -> float:
    """log Gamma(x) - ((x - 1/2) log x - x + log(2 pi) / 2), for x of at least 20."""
    return math.fsum(term / x ** (2 * power + 1) for power, term in enumerate(_TERMS))
