"""What the catalogue says about one activation, in words."""

import math
from collections.abc import Mapping
from typing import NamedTuple

from bnact.activations import Activation, properties
from experiments.catalogue.entry import Entry

MONOTONE = {"strictly": "strictly increasing", "weakly": "nowhere decreasing", "no": "not monotone"}


class Accuracy(NamedTuple):
    """Largest float32 error of value and derivative, in units of the last place."""

    value: float
    derivative: float


def entry_of(activation: Activation, accuracy: Accuracy) -> Entry:
    """The entry of an activation, from its record alone but for the accuracy."""
    facts = {**facts_of(activation), "float32 error": _error(accuracy)}
    return Entry(
        name=activation.name,
        formula=(activation.formula,),
        source=activation.source,
        properties=properties(activation),
        facts=tuple(facts.items()),
    )


def facts_of(activation: Activation) -> Mapping[str, str]:
    """Every declared fact in words; those that say nothing are left out."""
    ends = interval(activation.range, activation.attained)
    found = {
        "range": ends,
        "at −∞ and ∞": _limits(activation.limits),
        "Lipschitz bound": number(activation.lipschitz),
        "monotone": MONOTONE[activation.monotone],
        "symmetry": "" if activation.symmetry == "none" else activation.symmetry,
        "jumps at": _points(activation.jumps),
        "kinks at": _kinks(activation),
        "breakpoints": _points(activation.breakpoints),
        "slope exactly 0 on": ", ".join(interval(each, _closed(each)) for each in activation.flat),
        "inverse": "" if activation.inverse is None else f"on {ends}",
        "derivative": "" if activation.surrogate is None else "a declared surrogate",
    }
    return {fact: words for fact, words in found.items() if words}


def interval(ends: tuple[float, float], attained: tuple[bool, bool]) -> str:
    """An interval in brackets where an end belongs to it, in parentheses where not."""
    left, right = "[" if attained[0] else "(", "]" if attained[1] else ")"
    return f"{left}{number(ends[0])}, {number(ends[1])}{right}"


def number(value: float) -> str:
    """Six digits at most, with a real minus sign and ∞."""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:.6g}".replace("-", "−")


def _closed(ends: tuple[float, float]) -> tuple[bool, bool]:
    return math.isfinite(ends[0]), math.isfinite(ends[1])


def _limits(limits: tuple[float, float]) -> str:
    words = ["no limit" if math.isnan(limit) else number(limit) for limit in limits]
    return words[0] if words == ["no limit"] * 2 else " and ".join(words)


def _points(points: tuple[float, ...]) -> str:
    return ", ".join(map(number, points))


def _kinks(activation: Activation) -> str:
    points = _points(activation.kinks)
    return f"{points}; there the {activation.kink_side} derivative is used" if points else ""


def _error(accuracy: Accuracy) -> str:
    return f"value {accuracy.value:.1f}, derivative {accuracy.derivative:.1f} units of the last place"
