"""What activations have in common, in words, and which of them have it."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from .activation import Activation
from .registry import ACTIVATIONS, get
from .unknown import unknown


class Property(NamedTuple):
    """Something that an activation has or has not.

    Attributes:
      meaning: in one line, phi being the activation.
      holds: whether an activation has it, from the facts that its record declares.
    """

    meaning: str
    holds: Callable[[Activation], bool]


PROPERTIES: Mapping[str, Property] = MappingProxyType(
    {
        "continuous": Property("phi jumps nowhere", lambda act: not act.jumps),
        "differentiable": Property("phi has a derivative everywhere", lambda act: not act.kinks),
        "smooth": Property("phi has all derivatives everywhere", lambda act: not act.breakpoints),
        "monotone": Property("phi decreases nowhere", lambda act: act.monotone != "no"),
        "strictly monotone": Property("phi increases everywhere", lambda act: act.monotone == "strictly"),
        "invertible": Property("the inverse is there, as a formula", lambda act: act.inverse is not None),
        "bounded": Property(
            "all values are within a finite interval", lambda act: all(map(math.isfinite, act.range))
        ),
        "bounded below": Property(
            "all values are above some number", lambda act: math.isfinite(act.range[0])
        ),
        "bounded above": Property(
            "all values are below some number", lambda act: math.isfinite(act.range[1])
        ),
        "never negative": Property("no value is below 0", lambda act: act.range[0] >= 0.0),
        "saturating": Property(
            "phi has a finite limit on either side", lambda act: all(map(math.isfinite, act.limits))
        ),
        "Lipschitz": Property(
            "the slope is bounded, and phi does not jump", lambda act: math.isfinite(act.lipschitz)
        ),
        "1-Lipschitz": Property(
            "two values differ by no more than their inputs do", lambda act: act.lipschitz <= 1.0
        ),
        "odd": Property("phi(-x) = -phi(x)", lambda act: act.symmetry == "odd"),
        "even": Property("phi(-x) = phi(x)", lambda act: act.symmetry == "even"),
        "flat somewhere": Property(
            "the slope is exactly 0 on an interval: units can die", lambda act: bool(act.flat)
        ),
        "surrogate gradient": Property(
            "the gradient is declared, and is not the slope of phi", lambda act: act.surrogate is not None
        ),
    }
)
"""Every property by name."""

_NOT = "not "


def properties(activation: str | Activation) -> tuple[str, ...]:
    """The names of the properties that an activation has, in the order of `PROPERTIES`.

    Args:
      activation: a name in `ACTIVATIONS`, or an `Activation`.

    Raises:
      ValueError: no activation has that name.
    """
    act = get(activation)
    return tuple(name for name, each in PROPERTIES.items() if each.holds(act))


def names_with(*wanted: str) -> tuple[str, ...]:
    """The names of all registered activations that have every one of the properties.

    For example names_with("monotone", "smooth", "bounded below").

    Args:
      wanted: names in `PROPERTIES`; "not " in front asks for the opposite.

    Returns:
      Names in `ACTIVATIONS`, in its order; all of them if nothing is wanted.

    Raises:
      TypeError: something is no string: several names are arguments of their own.
      ValueError: no property has one of the names; the message has the nearest.
    """
    for name in wanted:
        if not isinstance(name, str):
            raise TypeError(
                f"names_with: every property must be a string; got {type(name).__name__}; "
                "use names_with('monotone', 'smooth'), or names_with(*names)"
            )
        _check(name.removeprefix(_NOT))
    return tuple(name for name, act in ACTIVATIONS.items() if all(_has(act, each) for each in wanted))


def _has(activation: Activation, wanted: str) -> bool:
    holds = PROPERTIES[wanted.removeprefix(_NOT)].holds(activation)
    return not holds if wanted.startswith(_NOT) else holds


def _check(name: str) -> None:
    if name not in PROPERTIES:
        raise unknown("names_with: a property must be a name in PROPERTIES", name, PROPERTIES)
