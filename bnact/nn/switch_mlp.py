"""A multilayer perceptron whose pair is data: what a study of many pairs compiles once."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from bnact.fused import Index, Switched, Table
from bnact.probes import with_gradient_sink
from bnact.types import Array, PyTree

from .block import Block
from .initializers import normal_with_gain
from .mlp import hidden_layers
from .switch_norm_act import SwitchNormAct

Look = Callable[[Array, SwitchNormAct, Switched], PyTree]


class SwitchMLP(nnx.Module):
    """`MLP` with `SwitchNormAct` in every hidden layer, and with ways to look into its layers."""

    def __init__(
        self,
        in_features: int,
        out_features: int,
        *,
        width: int,
        depth: int,
        index: Index,
        gain: Array | float,
        table: Table,
        rngs: nnx.Rngs,
    ):
        """Makes the network.

        Args:
          in_features, out_features, width, depth, rngs: as in `MLP`.
          index: the pair of every hidden layer, from `bnact.fused.index_of`; may be traced.
          table: what the program is compiled for: all that `index` may choose among.
          gain: of the hidden weights, see `normal_with_gain`; may be traced. The normal draws depend on
            `rngs` alone, so networks of different pairs start from the same draws.
        """

        def block(in_features: int, rngs: nnx.Rngs) -> Block[SwitchNormAct]:
            return Block(
                in_features, width, SwitchNormAct(width, index, table), normal_with_gain(gain), rngs=rngs
            )

        self.first, self.hidden = hidden_layers(block, in_features, width, depth, rngs)
        self.readout = nnx.Linear(width, out_features, kernel_init=normal_with_gain(1.0), rngs=rngs)

    def __call__(self, x: Array, sinks: Array) -> Array:
        """(batch, in_features) -> (batch, out_features).

        Args:
          x: the batch, whose statistics the norms take.
          sinks: (depth,) zeros. The gradient by them is the sum of squares of the gradient by every
            hidden layer's linear output, see `bnact.probes.with_gradient_sink`.
        """

        def call(block: Block[SwitchNormAct], x: Array, sink: Array) -> tuple[Array, None]:
            return block.norm_act(with_gradient_sink(block.linear(x), sink)), None

        return self._through(call, x, sinks)[0]

    def observed(self, x: Array, counted: int, look: Look) -> tuple[Array, PyTree]:
        """The output, and what `look` keeps of every hidden layer, stacked along a leading axis.

        Args:
          x: (examples, in_features).
          counted: norms take the batch statistics of the first so many examples.
          look: a function of what one layer's linear map made, of its pair, and of what the pair did to it.
        """

        def call(block: Block[SwitchNormAct], x: Array, _: None) -> tuple[Array, PyTree]:
            made = block.linear(x)
            switched = block.norm_act.observed(made, counted)
            return switched.y, look(made, block.norm_act, switched)

        return self._through(call, x, None)

    def hidden_blocks(self) -> list[Block[SwitchNormAct]]:
        """The hidden layers' blocks: the first if it is by itself, and the stacked one of all others."""
        stacked = None if self.hidden is None else self.hidden.blocks
        return [block for block in (self.first, stacked) if block is not None]

    def _through(
        self, call: Callable[[Block[SwitchNormAct], Array, Any], tuple[Array, PyTree]], x: Array, each: PyTree
    ) -> tuple[Array, PyTree]:
        """`call` on every hidden layer in turn, then the readout; the calls' outputs stacked."""
        outputs = []
        if self.first is not None:
            x, output = call(self.first, x, jax.tree.map(lambda leaf: leaf[0], each))
            outputs.append(jax.tree.map(lambda leaf: leaf[None], output))
            each = jax.tree.map(lambda leaf: leaf[1:], each)
        if self.hidden is not None:
            x, output = self.hidden.scan(call, x, each)
            outputs.append(output)
        return self.readout(x), jax.tree.map(lambda *leaves: jnp.concatenate(leaves), *outputs)
