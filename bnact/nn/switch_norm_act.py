"""A norm and an activation chosen at run time, as one module."""

import functools

import jax
import jax.numpy as jnp
from flax import nnx

from bnact import normalizations
from bnact.fused import Index, switched, switched_with_running
from bnact.normalizations import STANDARDIZATIONS, batch_norm, running_averages
from bnact.numerics import Moments
from bnact.types import Array


class Choice(nnx.Variable):
    """A variable that is chosen, not trained: an `Index` as int32 arrays."""


class SwitchNormAct(nnx.Module):
    """`NormAct` whose pair is data: changing it compiles nothing.

    Attributes:
      choice: which pair of `bnact.fused.TABLE`.
      scale, bias: (num_features,); a norm without one of them ignores it, and its gradient is zero.
      state: running averages, as in `NormAct`; norms other than batch norm leave them alone.
      use_running_average: as in `NormAct`.
    """

    def __init__(self, num_features: int, index: Index, *, momentum: float = 0.9):
        """Makes the module.

        Args:
          num_features: size of the input's last axis.
          index: the pair, from `bnact.fused.index_of`.
          momentum: weight of the OLD running average.
        """
        self.choice = Choice(Index(*(jnp.asarray(entry, jnp.int32) for entry in index)))
        self.scale = nnx.Param(jnp.ones(num_features, jnp.float32))
        self.bias = nnx.Param(jnp.zeros(num_features, jnp.float32))
        self.state = nnx.BatchStat(batch_norm().init(num_features)[1])
        self.momentum = momentum
        self.use_running_average = False

    def __call__(self, x: Array) -> Array:
        """The pair applied to `x`; in training batch norm also updates its running averages."""
        index, scale, bias = self.pair()
        state = self.state.get_value()
        if self.use_running_average:
            ones, zeros = jnp.ones_like(state.mean), jnp.zeros_like(state.mean)
            return switched_with_running(index, x, scale, bias, Moments(ones, state.mean, state.variance, zeros))
        y, statistics = switched(index, x, scale, bias)
        assert statistics.batch is not None, "the table has batch norm"
        self.state.set_value(running_averages(state, statistics.batch, self.momentum))
        return y

    def pair(self) -> tuple[Index, Array, Array]:
        """The index, and the scale and bias that the chosen norm has: 1 and 0 where it has none."""
        index = self.choice.get_value()
        has_scale, has_bias = (jnp.asarray(column)[index.standardization] for column in _affine_of_norms())
        return index, jnp.where(has_scale, self.scale[...], 1), jnp.where(has_bias, self.bias[...], 0)


@functools.cache
def _affine_of_norms() -> tuple[tuple[bool, ...], tuple[bool, ...]]:
    """Of every norm in the table, whether it has a scale, and whether it has a bias."""
    params = [jax.eval_shape(lambda n=name: normalizations.get(n)().init(1)[0]) for name in STANDARDIZATIONS]
    return tuple(p.scale is not None for p in params), tuple(p.bias is not None for p in params)
