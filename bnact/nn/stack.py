"""Many blocks of one kind, one after another, compiled once: depth by scan."""

from collections.abc import Callable
from typing import Generic

import jax
from flax import nnx
from jax import lax

from bnact.normalizations.border import checked_size
from bnact.types import Array, PyTree

from .functional import Module, Pure, changed, pure, result_and_parts, stacked, update


class Stack(nnx.Module, Generic[Module]):
    """Modules of equal structure, their variables stacked along a leading axis.

    Called, it passes its input through all of them in turn by `lax.scan`: neither the program nor the
    time to compile it grows with the depth, unless `unroll` leaves no loop.

    Attributes:
      blocks: the modules as one, every variable with a leading axis of their number.
      unroll: how many of them one round of the loop computes.
    """

    def __init__(self, make: Callable[[nnx.Rngs], Module], depth: int, *, unroll: int = 1, rngs: nnx.Rngs):
        """Makes the modules.

        Args:
          make: makes one module from its keys; it is called under `jax.vmap`.
          depth: how many modules, at least 1.
          unroll: how many modules one round of the loop computes, at least 1; from `depth` on there is no
            loop. The program then has so many copies of a module. Reading one module's weights out of all,
            and writing its gradients there, is a copy in a loop and nearly none outside of it; but on a CPU
            the fused pair keeps one tensor a layer in loops alone.
          rngs: keys for the initial values, from its stream `params`.

        Raises:
          ValueError: depth below 1, or unroll no whole number of at least 1.
        """
        if depth < 1:
            raise ValueError(f"Stack: depth must be at least 1 block; got depth={depth}; use 1 or more")
        checked_size("Stack", "unroll", unroll)
        self.unroll = int(unroll)
        self.blocks = stacked(make, jax.random.split(rngs.params(), depth))

    def __call__(self, x: Array) -> Array:
        """`x` passed through every module; the type and shape of x must not change on the way."""
        return self.scan(lambda block, x, _: (block(x), None), x)[0]

    def scan(
        self, call: Callable[[Module, Array, PyTree], tuple[Array, PyTree]], x: Array, each: PyTree = None
    ) -> tuple[Array, PyTree]:
        """`x` carried through `call(module, x, one of each) -> (x, output)` of every module in turn.

        Args:
          call: what to do with one module.
          x: the carry.
          each: arguments of the single calls, stacked along a leading axis of size depth.

        Returns:
          The last x, and the outputs stacked.
        """
        parts = pure(self.blocks)

        def body(x: Array, scanned: tuple[PyTree, PyTree, PyTree]) -> tuple[Array, tuple[PyTree, PyTree]]:
            params, state, one = scanned
            (x, output), after = result_and_parts(
                Pure(parts.graph, params, state), lambda block: call(block, x, one)
            )
            # What is as it was is not set anew: in evaluation nothing is, and every transformation may close
            # over the module.
            return x, (output, changed(state, after.state))

        x, (outputs, state) = lax.scan(body, x, (parts.params, parts.state, each), unroll=self.unroll)
        update(self.blocks, state)
        return x, outputs
