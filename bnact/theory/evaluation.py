"""What the functions of this package take and give: numbers or arrays, checked."""

import numpy as np
from numpy.typing import ArrayLike

from bnact.activations import Activation
from bnact.numerics.evaluation import evaluate as evaluate

Numbers = float | np.ndarray


def number(values: ArrayLike) -> Numbers:
    """A float for a number, else the float64 array."""
    array = np.asarray(values, np.float64)
    return float(array) if array.ndim == 0 else array


def not_negative(what: str, name: str, value: ArrayLike) -> np.ndarray:
    """The value in float64; an error if some of it is negative or not finite."""
    array = np.asarray(value, np.float64)
    if not np.all(np.isfinite(array) & (array >= 0.0)):
        raise ValueError(
            f"{what}: {name} must be finite and not negative; got {value}; a variance is a mean square"
        )
    return array


def positive(what: str, name: str, value: ArrayLike) -> np.ndarray:
    """The value in float64; an error if some of it is not positive or not finite."""
    array = np.asarray(value, np.float64)
    if not np.all(np.isfinite(array) & (array > 0.0)):
        raise ValueError(f"{what}: {name} must be finite and positive; got {value}; use a number above 0")
    return array


def correlations(what: str, value: ArrayLike) -> np.ndarray:
    """The value in float64; an error if some of it is outside [-1, 1]."""
    array = np.asarray(value, np.float64)
    if not np.all(np.abs(array) <= 1.0):
        raise ValueError(
            f"{what}: correlation must be within [-1, 1]; got {value}; clip what rounding has carried beyond"
        )
    return array


def without_jumps(what: str, activation: Activation) -> Activation:
    """The activation; an error if it jumps, because then no slope of a map is E phi'(u1) phi'(u2)."""
    if activation.jumps:
        raise ValueError(
            f"{what}: activation must not jump; got {activation.name}, which jumps at {activation.jumps}: "
            "two inputs however close part there, so that the slope at correlation 1 is infinite; "
            "use variance_map and correlation_map, or a continuous activation"
        )
    return activation
