"""What the functions of this package take and give: numbers or arrays, checked."""

import operator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bnact.activations import Activation, get
from bnact.numerics.evaluation import Numbers as Numbers
from bnact.numerics.evaluation import evaluate as evaluate


def number(values: ArrayLike) -> Numbers:
    """A float for a number, else the float64 array."""
    array = np.asarray(values, np.float64)
    return float(array) if array.ndim == 0 else array


def numbers_of(what: str, name: str, value: ArrayLike) -> np.ndarray:
    """The value in float64; a TypeError if it is traced, or no number at all."""
    try:
        return np.asarray(value, np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"{what}: {name} must be concrete real numbers; got {value!r}; theory is computed outside of "
            "jit, vmap and grad: compute it before, or close over the numbers"
        ) from error


def finite(what: str, name: str, value: ArrayLike) -> np.ndarray:
    """The value in float64; an error if some of it is not finite."""
    array = numbers_of(what, name, value)
    if not np.all(np.isfinite(array)):
        raise ValueError(f"{what}: {name} must be finite; got {value}; leave the others out")
    return array


def not_negative(what: str, name: str, value: ArrayLike) -> np.ndarray:
    """The value in float64; an error if some of it is negative or not finite."""
    array = numbers_of(what, name, value)
    if not np.all(np.isfinite(array) & (array >= 0.0)):
        raise ValueError(
            f"{what}: {name} must be finite and not negative; got {value}; a variance is a mean square"
        )
    return array


def positive(what: str, name: str, value: ArrayLike) -> np.ndarray:
    """The value in float64; an error if some of it is not positive or not finite."""
    array = numbers_of(what, name, value)
    if not np.all(np.isfinite(array) & (array > 0.0)):
        raise ValueError(f"{what}: {name} must be finite and positive; got {value}; use a number above 0")
    return array


def correlations(what: str, value: ArrayLike) -> np.ndarray:
    """The value in float64; an error if some of it is outside [-1, 1]."""
    array = numbers_of(what, "correlation", value)
    if not np.all(np.abs(array) <= 1.0):
        raise ValueError(
            f"{what}: correlation must be within [-1, 1]; got {value}; clip what rounding has carried beyond"
        )
    return array


def one_number(what: str, name: str, value: ArrayLike) -> float:
    """The value as a float; an error if it is an array, since what is computed of it is no array."""
    array = numbers_of(what, name, value)
    if array.ndim != 0:
        raise ValueError(f"{what}: {name} must be one number; got {value!r}; loop over the values")
    return float(array)


def whole_number(value: Any) -> int | None:
    """The integer that is given, by Python or by an array library; None for a float, a bool or no number."""
    if isinstance(value, bool):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None


def count_of(what: str, name: str, value: object, least: int = 1) -> int:
    """The value as an int; an error if it is none, or below the least. numpy's integers are integers."""
    count = whole_number(value)
    if count is None or count < least:
        raise ValueError(
            f"{what}: {name} must be a concrete integer of at least {least}; got {value!r}; "
            f"use {least} or more, and no float, truth value or traced value"
        )
    return count


def without_jumps(what: str, activation: str | Activation) -> Activation:
    """The activation of that name; an error if it jumps, since the mean square of its slope is infinite."""
    phi = get(activation)
    if phi.jumps:
        raise ValueError(
            f"{what}: activation must not jump; got {phi.name}, which jumps at {phi.jumps}: the mean square "
            "of its derivative, by which gradients grow and inputs part, is infinite; use a continuous one"
        )
    return phi
