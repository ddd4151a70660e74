"""A function of trees as a function of all their floating numbers, in float64."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree

from bnact.types import Array, PyTree

Flat = Callable[[Array], Array]


def flattened(function: str, fn: Callable[..., PyTree], args: tuple[PyTree, ...]) -> tuple[Flat, Array]:
    """fn as a function (inputs,) -> (outputs,) of the floating elements of its arguments, and these.

    With 64-bit JAX on, both are float64. Leaves that are not floating stay what they are.

    Args:
      function: which the errors name.
      fn: from trees of arrays to a tree of arrays.
      args: where.

    Raises:
      TypeError: fn is no function; no argument is floating; and when called, if fn does not return float64.
      ValueError: the floating arguments have no elements; and when called, if what fn returns has none.
    """
    if not callable(fn):
        raise TypeError(f"{function}: the first argument must be a function; got {fn!r}; give it before args")
    leaves, tree = jax.tree.flatten(args)
    floating = [jnp.issubdtype(jnp.result_type(leaf), jnp.floating) for leaf in leaves]
    if not any(floating):
        raise TypeError(
            f"{function}: at least one argument must be real floating; got "
            f"{[str(jnp.result_type(leaf)) for leaf in leaves]}; give it floating numbers"
        )
    moving = [leaf for leaf, moves in zip(leaves, floating, strict=True) if moves]
    if not sum(jnp.size(leaf) for leaf in moving):
        raise ValueError(
            f"{function}: the arguments must have at least one floating element; got shapes "
            f"{[jnp.shape(leaf) for leaf in moving]}; give it an array that is not empty"
        )
    x, restored = ravel_pytree([jnp.asarray(leaf).astype(jnp.float64) for leaf in moving])

    def flat(x: Array) -> Array:
        given = iter(restored(x))
        together = [next(given) if moves else leaf for leaf, moves in zip(leaves, floating, strict=True)]
        return _outputs(function, fn(*jax.tree.unflatten(tree, together)))

    return flat, x


def _outputs(function: str, y: PyTree) -> Array:
    narrow = {str(jnp.result_type(leaf)) for leaf in jax.tree.leaves(y)} - {"float64"}
    if narrow:
        raise TypeError(
            f"{function}: fn must compute in float64; got {', '.join(sorted(narrow))}; do not cast "
            "inside fn, nor close over narrower arrays, and return floating arrays alone"
        )
    if not sum(jnp.size(leaf) for leaf in jax.tree.leaves(y)):
        raise ValueError(
            f"{function}: fn must return at least one element; got shapes "
            f"{[jnp.shape(leaf) for leaf in jax.tree.leaves(y)]}; there is no slope of nothing"
        )
    outputs: Any = ravel_pytree(y)[0]
    return outputs
