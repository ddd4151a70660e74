"""A network whose pairs are data, and that can be looked into: what a study compiles once."""

from collections.abc import Callable

import jax.numpy as jnp
from flax import nnx

from bnact.fused import Switched
from bnact.probes import with_gradient_sink
from bnact.types import Array, PyTree

from .block import Block
from .body import Body
from .links import Repeated
from .switch_norm_act import SwitchNormAct

Look = Callable[[Array, SwitchNormAct, Switched], PyTree]


class SwitchNetwork(nnx.Module):
    """A body whose pairs are `SwitchNormAct`, with ways to look at each of them.

    Attributes:
      body: the network.
      input_shape: of one example, as the body takes it.
      input_norm: a norm of the flat inputs ahead of the body, or None.
    """

    def __init__(self, body: Body, input_shape: tuple[int, ...], input_norm: SwitchNormAct | None = None):
        """Makes the network of its parts; see the attributes."""
        self.body = body
        self.input_shape = input_shape
        self.input_norm = input_norm

    @property
    def sites(self) -> int:
        """How many pairs the network applies."""
        return self.body.sites

    def __call__(self, x: Array, sinks: Array) -> tuple[Array, Array]:
        """The output, and how many numbers every pair is given.

        Args:
          x: (batch, numbers of one example), whose statistics the norms take.
          sinks: (sites,) zeros. The gradient by them is the sum of squares of the gradient by what every
            pair is given, see `bnact.probes.with_gradient_sink`.

        Returns:
          (batch, outputs), and (sites,) in float32.
        """

        def visit(pair: SwitchNormAct, made: Array, sink: Array) -> tuple[Array, Array]:
            return pair(with_gradient_sink(made, sink)), jnp.asarray(made.size, jnp.float32)

        x = x if self.input_norm is None else self.input_norm(x)
        return self.body.through(visit, self._shaped(x), sinks)

    def observed(self, x: Array, counted: int, look: Look) -> tuple[Array, PyTree]:
        """The output, and what `look` keeps of every pair, stacked along a leading axis.

        Args:
          x: (examples, numbers of one example).
          counted: norms take the batch statistics of the first so many examples.
          look: a function of what was made for a pair, of the pair, and of what it did to it.
        """

        def visit(pair: SwitchNormAct, made: Array, one: None) -> tuple[Array, PyTree]:
            del one
            switched = pair.observed(made, counted)
            return switched.y, look(made, pair, switched)

        x = x if self.input_norm is None else self.input_norm.observed(x, counted).y
        return self.body.through(visit, self._shaped(x), None)

    def blocks(self) -> list[Block]:
        """The links that are a linear map and a pair; one that stands for a stack has leading axes."""
        links = [link.stack.blocks if isinstance(link, Repeated) else link for link in self.body.links]
        return [link for link in links if isinstance(link, Block)]

    def _shaped(self, x: Array) -> Array:
        return x.reshape(len(x), *self.input_shape)
