"""What the parameters of an activation may be, and the name that tells them."""

import math
from collections.abc import Mapping
from numbers import Real

import numpy as np

_LARGEST = 1e6
_SMALLEST = 1e-6
_SMALLEST_NORMAL = float(np.finfo(np.float32).smallest_normal)


def within(name: str, parameter: str, value: float, low: float, high: float) -> float:
    """A parameter as a Python float, -0.0 as 0.0.

    Args:
      name: the function that was called, for the error.
      parameter: what it calls the parameter.
      value: what came.
      low, high: the closed interval it must be in.

    Returns:
      The parameter.

    Raises:
      TypeError: no number: an array, say, that was meant for the activation which the function makes.
      ValueError: not in the interval.
    """
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        raise TypeError(
            f"{name}: {parameter} must be a Python or numpy number; got {type(value).__name__}; "
            f"{name} makes an activation: call what it returns, {name}()(x)"
        )
    try:
        converted = float(value)
    except OverflowError:
        converted = math.inf if value > 0 else -math.inf
    if not low <= converted <= high:
        raise ValueError(
            f"{name}: {parameter} must be within [{low:g}, {high:g}]; got {parameter}={converted!r}; "
            f"use for example {parameter}={high if converted > high else low:g}"
        )
    return converted + 0.0


def number(name: str, parameter: str, value: float) -> float:
    """A parameter of either sign: `within` [-1e6, 1e6], where float32 has digits left, and 0 or `normal`."""
    return normal(name, parameter, within(name, parameter, value, -_LARGEST, _LARGEST))


def normal(name: str, parameter: str, value: float) -> float:
    """The value itself, which may be derived from parameters.

    Raises:
      ValueError: it is neither 0 nor as large as a normal number of float32, so that float32 would have 0.
    """
    require(
        value == 0.0 or abs(value) >= _SMALLEST_NORMAL,
        name,
        f"{parameter} must be 0 or at least {_SMALLEST_NORMAL:.8g} in size, else it is 0 in float32",
        {parameter: value},
        f"{parameter}=0.0",
    )
    return value


def positive(name: str, parameter: str, value: float) -> float:
    """A parameter that must be positive: `within` [1e-6, 1e6]."""
    return within(name, parameter, value, _SMALLEST, _LARGEST)


def require(holds: bool, name: str, rule: str, given: Mapping[str, float], instead: str) -> None:
    """Raises a ValueError that states the rule, what came and what to use, unless the rule holds."""
    if not holds:
        raise ValueError(f"{name}: {rule}; got {_listed(given)}; use {instead}")


def record_name(name: str, given: Mapping[str, float], default: Mapping[str, float]) -> str:
    """The name of a record: that in the registry where all parameters are the default ones.

    Else it tells all parameters, as in "leaky_relu(slope=0.2)".
    """
    return name if given == default else f"{name}({_listed(given)})"


def _listed(given: Mapping[str, float]) -> str:
    return ", ".join(f"{parameter}={value!r}" for parameter, value in given.items())
