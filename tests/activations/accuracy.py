"""How far a number is from the truth, in units of the last place of its dtype."""

import ml_dtypes
import numpy as np


def units(values, truth, dtype):
    """(points,) errors in units of the last place; 0 where the error is below the smallest normal number.

    Args:
      values: what was computed, in any dtype.
      truth: what is right, in float64.
      dtype: whose last place.

    Where the truth is no number of the dtype, only an infinite value is right.
    """
    information = ml_dtypes.finfo(dtype)
    smallest, largest = float(information.smallest_normal), float(information.max)
    values = np.asarray(values).astype(np.float64)
    exponent = np.floor(np.log2(np.maximum(np.abs(truth), smallest)))
    with np.errstate(invalid="ignore"):
        error = np.abs(values - truth)
        found = np.where(error < smallest, 0.0, error / 2.0 ** (exponent - information.nmant))
    found = np.where(np.isnan(values) != np.isnan(truth), np.inf, found)
    overflow = np.abs(truth) > largest
    right = np.isinf(values) & (np.sign(values) == np.sign(truth)) | (np.abs(values) == largest)
    return np.where(overflow, np.where(right, 0.0, np.inf), np.where(np.isnan(truth), 0.0, found))


def log_spaced(dtype, count):
    """(count,) numbers from the smallest normal to the largest finite one, of either sign."""
    information = np.finfo(dtype)
    exponents = np.linspace(np.log2(information.tiny), np.log2(information.max / 2), count // 2 - 1)
    size = np.append(2.0**exponents, information.max).astype(dtype)
    return np.concatenate([-size[::-1], size])
