"""A function's arguments as a list of named arrays, and back."""

import inspect
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from bnact.types import Array


class Arguments(NamedTuple):
    """Arguments taken apart.

    Attributes:
      names: of the arrays among all leaves: the argument's name and the path in its tree.
      arrays: one for each name.
      places: which leaf each array is.
      leaves: all of them, as they came.
      structure: of the tuple of arguments.
    """

    names: tuple[str, ...]
    arrays: tuple[Array, ...]
    places: tuple[int, ...]
    leaves: tuple[Any, ...]
    structure: Any

    def together(self, arrays: Sequence[Any]) -> tuple[Any, ...]:
        """The arguments with other arrays in the place of these."""
        leaves = list(self.leaves)
        for place, array in zip(self.places, arrays, strict=True):
            leaves[place] = array
        return jax.tree.unflatten(self.structure, leaves)


def arguments_of(fn: Callable[..., Any], args: tuple[Any, ...], names: Sequence[str] | None) -> Arguments:
    """The arguments taken apart.

    Arrays and floating numbers are arrays here; whatever else stands in a tree, whole numbers, truth values
    and functions too, is left as it is.

    Args:
      fn: whose parameters name the arguments.
      args: trees.
      names: one for each argument; None: those of fn's parameters.

    Raises:
      ValueError: names do not match the arguments; no argument is a real number or an array of them; an
        argument is being traced.
    """
    found = _parameter_names(fn, len(args)) if names is None else _checked_names(names, len(args))
    paths, structure = jax.tree_util.tree_flatten_with_path(args)
    places = tuple(place for place, (_, leaf) in enumerate(paths) if _is_array(leaf))
    if any(isinstance(paths[place][1], Tracer) for place in places):
        raise ValueError(
            "trace: the arguments must be known numbers; got an array that is being traced; call trace "
            "outside of jax.jit, jax.grad and jax.vmap"
        )
    arrays = tuple(jnp.asarray(paths[place][1]) for place in places)
    if not any(jnp.issubdtype(array.dtype, jnp.inexact) for array in arrays):
        raise ValueError(
            "trace: an argument must be a real number or an array of them, for there to be a gradient; got "
            f"{kinds_of(jax.tree.leaves(args)) or 'no argument'}; use 3.0 in the place of 3, or "
            "array.astype(float)"
        )
    labels = tuple(_label(found, paths[place][0]) for place in places)
    twice = sorted({label for label, count in Counter(labels).items() if count > 1})
    if twice:
        raise ValueError(f"trace: inputs must have different names; got {twice[0]} twice; use other names")
    return Arguments(labels, arrays, places, tuple(leaf for _, leaf in paths), structure)


def _is_array(leaf: Any) -> bool:
    if isinstance(leaf, np.ndarray | np.generic):
        return leaf.dtype.kind not in _NO_NUMBERS
    return isinstance(leaf, float | complex | jax.Array)


# Of numpy's arrays: objects, bytes, text, dates and spans of time.
_NO_NUMBERS = "OSUMm"


def _parameter_names(fn: Callable[..., Any], count: int) -> list[str]:
    try:
        parameters = list(inspect.signature(fn).parameters.values())
    except (TypeError, ValueError):
        return [f"x{number}" for number in range(count)]
    names = [parameter.name for parameter in parameters if parameter.kind in _POSITIONAL]
    rest = next((p.name for p in parameters if p.kind is inspect.Parameter.VAR_POSITIONAL), "x")
    return names[:count] + [f"{rest}[{number}]" for number in range(count - len(names))]


_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def _checked_names(names: Sequence[str], count: int) -> list[str]:
    found = [names] if isinstance(names, str) or not isinstance(names, Iterable) else list(names)
    if len(found) != count or len(set(found)) != count or not all(isinstance(n, str) and n for n in found):
        raise ValueError(
            f"trace: names must be {count} different words, one for each argument; got {names!r}; "
            "leave names out for those of the function's parameters"
        )
    return found


def _label(names: Sequence[str], path: tuple[Any, ...]) -> str:
    return f"{names[path[0].idx]}{jax.tree_util.keystr(path[1:])}"


def kinds_of(leaves: Sequence[Any]) -> str:
    """What the leaves are, for a message: "float32[3], 2"; "" without a leaf."""
    kinds = [f"{leaf.dtype}{list(leaf.shape)}" if hasattr(leaf, "dtype") else repr(leaf) for leaf in leaves]
    return ", ".join(kinds[:5]) + (", ..." if len(kinds) > 5 else "")
