"""A multilayer perceptron whose pair is data: what a study of many pairs compiles once."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from bnact.fused import Index, slope_where_activated
from bnact.types import Array, PyTree

from .block import Block
from .initializers import normal_with_gain
from .mlp import hidden_layers
from .switch_norm_act import SwitchNormAct

Look = Callable[[Array, Array, Array], PyTree]
"""(what the activation is given, its slope there, its largest slope anywhere) -> what is kept of it."""


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
        rngs: nnx.Rngs,
    ):
        """Makes the network.

        Args:
          in_features, out_features, width, depth, rngs: as in `MLP`.
          index: the pair of every hidden layer, from `bnact.fused.index_of`; may be traced.
          gain: of the hidden weights, see `normal_with_gain`; may be traced. The normal draws depend on
            `rngs` alone, so networks of different pairs start from the same draws.
        """

        def block(in_features: int, rngs: nnx.Rngs) -> Block:
            return Block(in_features, width, SwitchNormAct(width, index), normal_with_gain(gain), rngs=rngs)

        self.first, self.hidden = hidden_layers(block, in_features, width, depth, rngs)
        self.readout = nnx.Linear(width, out_features, kernel_init=normal_with_gain(1.0), rngs=rngs)

    def __call__(self, x: Array) -> Array:
        """(batch, in_features) -> (batch, out_features)."""
        return self._through(lambda block, x, _: (block(x), None), x, None)[0]

    def looked_into(self, x: Array, look: Look) -> tuple[Array, PyTree]:
        """The output, and what `look` keeps of every hidden layer, stacked along a leading axis.

        Norms take the statistics of `x`.
        """

        def call(block: Block, x: Array, _: None) -> tuple[Array, PyTree]:
            linear_output = block.linear(x)
            kept = look(*slope_where_activated(*_at(block, linear_output)))
            return _pair_of(block)(linear_output), kept

        return self._through(call, x, None)

    def perturbed(self, x: Array, perturbation: Array) -> Array:
        """The output when `perturbation`, of shape (depth, batch, width), is added to the linear outputs.

        At zero it changes nothing, and its gradient is the gradient of every layer's linear output.
        """

        def call(block: Block, x: Array, added: Array) -> tuple[Array, None]:
            return _pair_of(block)(block.linear(x) + added), None

        return self._through(call, x, perturbation)[0]

    def _through(
        self, call: Callable[[Any, Array, Any], tuple[Array, PyTree]], x: Array, each: PyTree
    ) -> tuple[Array, PyTree]:
        """`call` on every hidden layer in turn, then the readout; the calls' outputs stacked."""
        first_each = jax.tree.map(lambda leaf: leaf[0], each)
        x, first = call(self.first, x, first_each)
        outputs = jax.tree.map(lambda leaf: leaf[None], first)
        if self.hidden is not None:
            x, rest = self.hidden.scan(call, x, jax.tree.map(lambda leaf: leaf[1:], each))
            outputs = jax.tree.map(lambda leaf, leaves: jnp.concatenate([leaf, leaves]), outputs, rest)
        return self.readout(x), outputs


def _pair_of(block: Block) -> SwitchNormAct:
    assert isinstance(block.norm_act, SwitchNormAct)
    return block.norm_act


def _at(block: Block, linear_output: Array) -> tuple[Index, Array, Array, Array]:
    index, scale, bias = _pair_of(block).pair()
    return index, linear_output, scale, bias
