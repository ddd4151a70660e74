"""A norm held by a Linen module: the variables of its NNX counterpart in Linen's collections."""

from collections.abc import Callable, Iterator
from typing import Any

from flax import linen, nnx

from bnact.types import Array, PyTree


def take_params(module: linen.Module, counterpart: nnx.Module) -> None:
    """Gives the counterpart the parameters in Linen's collection "params", each under its own name.

    One of a module in the counterpart has the names of both, such as "activation_params".

    Args:
      module: compact, being called.
      counterpart: made for this call; its values are the first ones.
    """
    for path, variable in _parameters(counterpart):
        first = variable.get_value()
        variable.set_value(module.param("_".join(path), lambda _, first=first: first))


def _parameters(node: nnx.Module, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], nnx.Param]]:
    for name, each in vars(node).items():
        if isinstance(each, nnx.Param):
            yield (*path, name), each
        elif isinstance(each, nnx.Module):
            yield from _parameters(each, (*path, name))


def called(module: linen.Module, counterpart: nnx.Module, call: Callable[[Any], Array]) -> Array:
    """What `call` makes of the counterpart, with what it remembers in Linen's collection "batch_stats".

    It is there under the counterpart's name, or, where it is a named tuple, under those of its fields.

    Args:
      module: compact, being called.
      counterpart: made for this call.
      call: a function of the counterpart, which may change what it remembers.

    Returns:
      What the function returns. What it changed is written to the collection, but not by `init`.

    Raises:
      ModifyScopeVariableError: something changed, and the collection is not mutable.
    """
    held = []
    for name, variable in vars(counterpart).items():
        if isinstance(variable, nnx.BatchStat):
            value = variable.get_value()
            kept = {key: _declared(module, key, first) for key, first in _fields(name, value).items()}
            variable.set_value(_with_fields(value, {key: each.value for key, each in kept.items()}))
            held.append((name, variable, kept))
    y = call(counterpart)
    if not module.is_initializing():
        for name, variable, kept in held:
            for key, new in _fields(name, variable.get_value()).items():
                if new is not kept[key].value:
                    kept[key].value = new
    return y


def _declared(module: linen.Module, key: str, first: Array) -> linen.Variable:
    return module.variable("batch_stats", key, lambda: first)


def _fields(name: str, value: PyTree) -> dict[str, Array]:
    if not isinstance(value, tuple):
        return {name: value}
    fields = value._asdict() if hasattr(value, "_asdict") else {}  # pyright: ignore[reportAttributeAccessIssue]
    return {key: each for key, each in fields.items() if each is not None}


def _with_fields(value: PyTree, fields: dict[str, Array]) -> PyTree:
    if not isinstance(value, tuple):
        return next(iter(fields.values()))
    return value._replace(**fields) if fields else value  # pyright: ignore[reportAttributeAccessIssue]


def running(module: linen.Module, made: bool | None, called: bool | None, remembers: bool) -> bool:
    """Whether to take running averages: as Linen decides it, and always where variables are initialized.

    So `init` takes a batch of one example, needs no mapped axis, and updates nothing.

    Args:
      module: being called.
      made: the attribute of the module.
      called: the argument of the call.
      remembers: whether the norm has running averages; without, neither need be given.

    Raises:
      ValueError: the norm has, and neither or both are given.
    """
    if module.is_initializing() or not remembers:
        return True
    if (made is None) == (called is None):
        given = "neither" if made is None else "both"
        raise ValueError(
            f"{type(module).__name__}: use_running_average must be given once, to the module or to the call; "
            f"got {given}; use use_running_average=False in training"
        )
    return bool(called if made is None else made)
