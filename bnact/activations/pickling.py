"""How another process finds a record: by its name, or by the function that it was made of."""

import pkgutil
from collections.abc import Callable
from typing import Any, NamedTuple

from .activation import Activation
from .registry import found, get


class Place(NamedTuple):
    """Where a function of module level is: what pickle notes of one, and here also of JAX's wrapped ones."""

    module: str
    name: str

    def content(self) -> Any:
        """What is there."""
        return pkgutil.resolve_name(f"{self.module}:{self.name}")


def remade_by(activation: Activation) -> tuple[Callable[..., Activation], tuple[Any, ...]]:
    """A function of module level and arguments, all to be pickled, from which it makes the record again.

    Raises:
      TypeError: no name finds the record and nothing makes it again, or what it is made of cannot be found by
        a name.
    """
    if found(activation.name) is activation:
        return get, (activation.name,)
    origin = activation.origin
    if origin is None or origin.make(*origin.arguments) is not activation:
        raise TypeError(
            f"pickle: an activation must be registered, or be what its function returns; got "
            f"{activation.name!r}, whose fields were set by hand; make it by activation_of(fn, name)"
        )
    return remade, (origin.make, *(_placed(activation.name, each) for each in origin.arguments))


def remade(make: Callable[..., Activation], *arguments: Any) -> Activation:
    """What `make` returns for the arguments, those that are a `Place` replaced by what is there."""
    return make(*(each.content() if isinstance(each, Place) else each for each in arguments))


def _placed(name: str, argument: Any) -> Any:
    """A function as its place; anything else as it is."""
    if not callable(argument) or not hasattr(argument, "__qualname__"):
        return argument
    place = Place(str(getattr(argument, "__module__", None)), argument.__qualname__)
    try:
        there = place.content()
    except (AttributeError, ImportError, ValueError):
        there = None
    if there is not argument:
        raise TypeError(
            f"pickle: what an activation is made of must be a function with a name of its own in a module; "
            f"got {place.name} of {place.module} in {name!r}; write it as a def outside of other functions"
        )
    return place
