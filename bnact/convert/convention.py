"""What a library means by its names and numbers, as data."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

NOTHING: Mapping[str, Any] = MappingProxyType({})
"""No settings, no patterns."""

REQUIRED: Any = ...
"""In place of a default: the library has none."""


class Convention(NamedTuple):
    """The words of one library, and what they mean.

    Attributes:
      library: its name, for messages.
      package: where its classes are defined.
      drop_ins: where bnact defines classes of the same names, arguments and arrays; empty where nowhere.
      arrays: our name of an array ("scale", "bias", "mean", "variance", "count") -> the library's; what it
        does not keep is absent.
      modules: kind of norm -> name of the class.
      settings: kind of norm -> {argument of the class that changes what it computes: its default}.
      words: our name of a setting ("epsilon", "momentum", "groups") -> the library's.
      size: kind of norm -> the argument that holds the number of features; absent where none does.
      flags: arguments that the arrays tell as well: whether there is a scale, a bias, a running average.
      without_bias: kinds of norm that have no bias there.
      momentum_of_new: True where momentum is the weight of the new value.
      unbiased: True where the variance that is averaged is squares / (n - 1).
      debiased: True where averages are divided by 1 - momentum^count when they are read.
      cumulative: True where momentum None is the plain average over all updates.
    """

    library: str
    package: str
    arrays: Mapping[str, str]
    modules: Mapping[str, str]
    settings: Mapping[str, Mapping[str, Any]]
    words: Mapping[str, str]
    size: Mapping[str, str]
    flags: frozenset[str]
    drop_ins: str = ""
    without_bias: frozenset[str] = frozenset()
    momentum_of_new: bool = False
    unbiased: bool = False
    debiased: bool = False
    cumulative: bool = False

    def kind_of(self, module: object) -> str | None:
        """The kind of norm of an object of exactly one of the classes that `defines` means, or None."""
        names = {name: kind for kind, name in self.modules.items()}
        return names.get(type(module).__name__) if self.defines(module) else None

    def defines(self, module: object) -> bool:
        """Whether the object's class is the library's, or bnact's for it.

        A class derived from one of them may compute something else.
        """
        packages = [package for package in (self.package, self.drop_ins) if package]
        return type(module).__module__.startswith(tuple(f"{package}." for package in packages))

    def settings_of(self, kind: str, module: object) -> dict[str, Any]:
        """What an object of the library holds of the settings of its kind."""
        words = self.settings[kind]
        return {word: getattr(module, word) for word in words if hasattr(module, word)}

    def momentum(self, momentum: float | None) -> float | None:
        """Our momentum from the library's, or the library's from ours: the exchange is its own inverse."""
        return 1 - momentum if self.momentum_of_new and momentum is not None else momentum


def class_name(module: object) -> str:
    """The class of an object, with where it is defined."""
    return f"{type(module).__module__}.{type(module).__name__}"


def settled_count(momentum: float) -> float:
    """The number of updates after which the start of an average weighs nothing in float32.

    Args:
      momentum: weight of the old value, in [0, 1].

    Returns:
      The least n with momentum^n at most 2^-26, a quarter of float32's rounding at 1; infinite for
      momentum 1.
    """
    if momentum == 0:
        return 1
    return math.ceil(26 * math.log(2) / -math.log(momentum)) if momentum < 1 else math.inf
