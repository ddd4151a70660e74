"""How far functions of one number are from the truth in many digits, over a line of points."""

import jax
import mpmath
import numpy as np

from bnact.numerics import units

DTYPES = ("float32", "float64")


def computed(fn, *arguments):
    """fn of numpy arrays under jit, in their dtype, as numpy arrays."""
    with jax.enable_x64(True):
        return jax.tree.map(np.asarray, jax.jit(fn)(*arguments))


def many_digits(truth, *arguments):
    """The truth at every point, evaluated in 60 digits and rounded once, in float64."""
    with mpmath.workdps(60):
        rows = zip(*(map(mpmath.mpf, map(float, np.ravel(each))) for each in arguments), strict=True)
        return np.array([float(truth(*row)) for row in rows])


def units_of(found, truth, *arguments):
    """The error of every value found, in units of the last place of the arguments' dtype."""
    assert found.dtype == arguments[0].dtype
    return units(found, many_digits(truth, *arguments), found.dtype)


def worst_units(fn, truth, *arguments):
    """The largest error of fn, in units of the last place of the arguments' dtype."""
    return float(np.max(units_of(computed(fn, *arguments), truth, *arguments)))


def both_signs(low, high, count, dtype):
    """0 and, of either sign, numbers evenly spaced up to `high`, and in their logarithm from `low`."""
    over_exponents = 2.0 ** np.linspace(np.log2(low), np.log2(high) - 1e-9, count)
    size = np.concatenate([over_exponents, np.linspace(high / count, high, count)]).astype(dtype)
    return np.concatenate([-size, np.zeros(1, dtype), size])


def smallest_normal(dtype):
    """The smallest number that is not subnormal."""
    return float(np.finfo(dtype).smallest_normal)


def largest(dtype):
    """The largest finite number."""
    return float(np.finfo(dtype).max)
