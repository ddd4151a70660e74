"""Modules as pure functions: the only file that splits and merges NNX."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import jax
from flax import nnx

from bnact.types import Array, Key, PyTree

Result = TypeVar("Result")
Module = TypeVar("Module", bound=nnx.Module)


class Pure(NamedTuple):
    """A module taken apart: its structure, what is trained, and what is remembered.

    Attributes:
      graph: the structure, hashable.
      params: the `nnx.Param` variables, for which gradients are taken.
      state: all other variables, such as running averages.
    """

    graph: Any
    params: PyTree
    state: PyTree


def pure(module: nnx.Module) -> Pure:
    """The module taken apart; the module itself stays as it is."""
    return Pure(*nnx.split(module, nnx.Param, ...))


def module_of(parts: Pure) -> Any:
    """The module put together from its parts, whose arrays it holds."""
    return nnx.merge(*parts)


def fresh(make: Callable[[nnx.Rngs], nnx.Module], key: Key) -> Pure:
    """The parts of a new module whose initial values come from `key`.

    Args:
      make: makes the module from its keys.
      key: of the stream `params`, and of all others.
    """
    return pure(make(nnx.Rngs(key)))


def result_and_parts(parts: Pure, call: Callable[[Any], Result]) -> tuple[Result, Pure]:
    """What `call` returns for the module put together from its parts, and the parts after it.

    The module is a copy of its own: nothing outside changes, so this may stand inside `jax.grad`,
    `jax.lax.scan` and every other transformation.

    Args:
      parts: of the module.
      call: a function of the module, which may change the module's variables.

    Returns:
      The result, and the parts as the call left them.
    """
    module = nnx.merge(*parts, copy=True)
    result = call(module)
    return result, pure(module)


def update(module: nnx.Module, state: PyTree) -> None:
    """Sets what the module remembers to `state`, if it remembers anything."""
    # A module without a state may be shared with a transformation that forbids to change it.
    if jax.tree.leaves(state):
        nnx.update(module, state)


def changed(before: PyTree, after: PyTree) -> PyTree:
    """Those variables of a state that a call has set: what they hold is another array, whatever its values.

    Args:
      before, after: of one module, ahead of the call and behind it.
    """
    held = dict(nnx.to_flat_state(before))

    def is_kept(path: tuple, variable: Any) -> bool:
        pairs = zip(*map(jax.tree.leaves, (held[path], variable)), strict=True)
        return all(one is other for one, other in pairs)

    return nnx.from_flat_state(
        [(path, variable) for path, variable in nnx.to_flat_state(after) if not is_kept(path, variable)]
    )


def result_with(module: nnx.Module, values: Mapping[tuple, Array], call: Callable[[Any], Result]) -> Result:
    """What `call` returns for the module with other values of some parameters, which it does not keep.

    What else the module remembers is kept, such as running averages of a norm in it.

    Args:
      module: stays as it is but for that.
      values: by the path of a parameter, as `nnx.to_flat_state` has it.
      call: a function of the module.
    """
    parts = pure(module)
    flat = {
        path: variable.replace(values[path]) if path in values else variable
        for path, variable in nnx.to_flat_state(parts.params)
    }
    result, after = result_and_parts(parts._replace(params=nnx.from_flat_state(flat)), call)
    update(module, after.state)
    return result


def stacked(make: Callable[[nnx.Rngs], Module], keys: Key) -> Module:
    """One module that holds, along a leading axis of every variable, the modules of several keys.

    Args:
      make: makes one module from its keys.
      keys: of shape (depth,).
    """
    # Only the structure of this module is used. It is made for real, as `nnx.eval_shape` fails where a
    # mesh is in force (flax 0.12), and inside a compiled function it costs nothing.
    graph = pure(make(nnx.Rngs(0))).graph
    # Compiled, as a module made for real runs many small operations one by one.
    variables = jax.jit(jax.vmap(lambda key: pure(make(nnx.Rngs(key)))[1:]))(keys)
    return module_of(Pure(graph, *variables))
