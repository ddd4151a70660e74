"""A function of trees as a function of all their floating numbers, in float64."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree

from bnact.types import Array, PyTree

Flat = Callable[[Array], Array]


def flattened(fn: Callable[..., PyTree], args: tuple[PyTree, ...]) -> tuple[Flat, Array]:
    """fn as a function (inputs,) -> (outputs,) of the floating elements of its arguments, and these.

    With 64-bit JAX on, both are float64. Leaves that are not floating stay what they are.

    Args:
      fn: from trees of arrays to a tree of arrays.
      args: where.

    Raises:
      TypeError: no argument is floating; and when called, if fn does not return float64.
    """
    leaves, tree = jax.tree.flatten(args)
    floating = [jnp.issubdtype(jnp.result_type(leaf), jnp.floating) for leaf in leaves]
    if not any(floating):
        raise TypeError(
            "assert_gradients: at least one argument must be real floating; got "
            f"{[str(jnp.result_type(leaf)) for leaf in leaves]}; give it floating numbers"
        )
    moving = [leaf for leaf, moves in zip(leaves, floating, strict=True) if moves]
    x, restored = ravel_pytree([jnp.asarray(leaf).astype(jnp.float64) for leaf in moving])

    def flat(x: Array) -> Array:
        given = iter(restored(x))
        together = [next(given) if moves else leaf for leaf, moves in zip(leaves, floating, strict=True)]
        return _outputs(fn(*jax.tree.unflatten(tree, together)))

    return flat, x


def _outputs(y: PyTree) -> Array:
    narrow = {str(jnp.result_type(leaf)) for leaf in jax.tree.leaves(y)} - {"float64"}
    if narrow:
        raise TypeError(
            f"assert_gradients: fn must compute in float64; got {', '.join(sorted(narrow))}; do not cast "
            "inside fn, nor close over narrower arrays, and return floating arrays alone"
        )
    outputs: Any = ravel_pytree(y)[0]
    return outputs
