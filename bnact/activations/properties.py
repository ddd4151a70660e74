"""What activations have in common, in words, and which of them have it."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

from .activation import Activation
from .registry import ACTIVATIONS, get
from .unknown import unknown

PROPERTIES: Mapping[str, Callable[[Activation], bool]] = MappingProxyType(
    {
        "continuous": lambda act: not act.jumps,
        "differentiable": lambda act: not act.kinks,
        "smooth": lambda act: not act.breakpoints,
        "monotone": lambda act: act.monotone != "no",
        "strictly monotone": lambda act: act.monotone == "strictly",
        "invertible": lambda act: act.inverse is not None,
        "bounded": lambda act: all(map(math.isfinite, act.range)),
        "bounded below": lambda act: math.isfinite(act.range[0]),
        "bounded above": lambda act: math.isfinite(act.range[1]),
        "never negative": lambda act: act.range[0] >= 0.0,
        "saturating": lambda act: all(map(math.isfinite, act.limits)),
        "Lipschitz": lambda act: math.isfinite(act.lipschitz),
        "1-Lipschitz": lambda act: act.lipschitz <= 1.0,
        "odd": lambda act: act.symmetry == "odd",
        "even": lambda act: act.symmetry == "even",
        "flat somewhere": lambda act: bool(act.flat),
        "surrogate gradient": lambda act: act.surrogate is not None,
    }
)
"""Every property by name, derived from the facts that records declare. Smooth: all derivatives exist."""

_NOT = "not "


def properties(activation: str | Activation) -> tuple[str, ...]:
    """The names of the properties that an activation has, in the order of `PROPERTIES`.

    Args:
      activation: a name in `ACTIVATIONS`, or an `Activation`.

    Raises:
      ValueError: no activation has that name.
    """
    act = get(activation)
    return tuple(name for name, holds in PROPERTIES.items() if holds(act))


def names_with(*wanted: str) -> tuple[str, ...]:
    """The names of all registered activations that have every one of the properties.

    For example names_with("monotone", "smooth", "bounded below").

    Args:
      wanted: names in `PROPERTIES`; "not " in front asks for the opposite.

    Returns:
      Names in `ACTIVATIONS`, in its order; all of them if nothing is wanted.

    Raises:
      ValueError: no property has one of the names; the message has the nearest.
    """
    for name in wanted:
        _check(name.removeprefix(_NOT))
    return tuple(name for name, act in ACTIVATIONS.items() if all(_has(act, each) for each in wanted))


def _has(activation: Activation, wanted: str) -> bool:
    holds = PROPERTIES[wanted.removeprefix(_NOT)](activation)
    return not holds if wanted.startswith(_NOT) else holds


def _check(name: str) -> None:
    if name not in PROPERTIES:
        raise unknown("names_with: a property must be a name in PROPERTIES", name, PROPERTIES)
