"""Numbers and arrays as short text."""

import math
from typing import Any

import numpy as np

FEW = 6
"""So many numbers are written out, not summed up."""


def number_text(value: Any, digits: int = 6) -> str:
    """One number: "-10", "0.333333", "NaN", "inf"; a negative zero is written as 0.

    Args:
      value: a number or an array of one.
      digits: significant ones.
    """
    number = wide(np.asarray(value)).reshape(-1)[0].item()
    if isinstance(number, bool | int):
        return str(number)
    if isinstance(number, complex):
        return f"{number:.{digits}g}"
    return "NaN" if math.isnan(number) else f"{number + 0.0:.{digits}g}"


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape as Python writes it: "(6, 8)"; "" of a number."""
    return str(shape) if shape else ""


def nested_text(array: np.ndarray, digits: int = 6) -> str:
    """All numbers of an array: "[[1, 2], [3, 4]]"."""
    if array.ndim == 0:
        return number_text(array, digits)
    return "[" + ", ".join(nested_text(part, digits) for part in array) + "]"


def value_text(array: np.ndarray) -> str:
    """An array: its numbers where they are few, else its shape and what `statistics_of` says."""
    if array.size <= FEW:
        return nested_text(array, 6 if array.ndim == 0 else 4) if array.size else _empty(array)
    words = " ".join(f"{name} {text}" for name, text in statistics_of(array).items())
    return f"{shape_text(array.shape)} {words}"


def short_text(array: np.ndarray) -> str:
    """One number as it is, of an array its shape and root mean square."""
    if array.size == 0:
        return _empty(array)
    return number_text(array, 5) if array.ndim == 0 else f"{shape_text(array.shape)} rms {rms_text(array)}"


def rms_text(array: np.ndarray) -> str:
    """The root mean square, in three digits."""
    with np.errstate(all="ignore"):
        return number_text(np.sqrt(np.mean(np.abs(wide(array)) ** 2)) if array.size else 0.0, 3)


def statistics_of(array: np.ndarray) -> dict[str, str]:
    """Mean, standard deviation, least and largest of the finite numbers, and how many are not finite.

    Args:
      array: of any shape; of complex numbers the moduli are described.

    Returns:
      Text by name; nothing of an empty array.
    """
    numbers = wide(array).reshape(-1)
    moduli = np.abs(numbers) if numbers.dtype.kind == "c" else numbers.astype(np.float64)
    finite = moduli[np.isfinite(moduli)]
    found = {}
    if finite.size:
        with np.errstate(all="ignore"):
            of = {"mean": finite.mean(), "std": finite.std(), "min": finite.min(), "max": finite.max()}
        found = {name: number_text(value, 3) for name, value in of.items()}
    nan, infinite = int(np.isnan(moduli).sum()), int(np.isinf(moduli).sum())
    return found | ({"NaN": str(nan)} if nan else {}) | ({"inf": str(infinite)} if infinite else {})


def wide(array: np.ndarray) -> np.ndarray:
    """The same numbers in a type that NumPy itself knows, at least 64 bits wide where they are not whole."""
    if array.dtype.kind in "biu":
        return array
    return array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)


def _empty(array: np.ndarray) -> str:
    return f"{shape_text(array.shape)} empty"
