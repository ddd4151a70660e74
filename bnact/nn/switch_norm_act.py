"""A norm and an activation chosen at run time, as one module."""

import jax.numpy as jnp
from flax import nnx

from bnact.fused import (
    Index,
    Switched,
    Table,
    has_affine,
    norm_of,
    own_of,
    switched,
    switched_and_observed,
)
from bnact.normalizations.border import checked_features
from bnact.types import Array


class Choice(nnx.Variable):
    """A variable that is chosen, not trained: an `Index` of int32 scalars."""


class SwitchNormAct(nnx.Module):
    """`NormAct` whose pair is data: changing it compiles nothing.

    It has no running averages: a study evaluates batch norm with the exact statistics of its training
    set, see `observed`.

    Attributes:
      choice: which pair of the table.
      scale, bias: (num_features,); a norm without one of them ignores it, and its gradient is zero.
      own: by the name of a norm what it learns beside these, such as the alpha of dynamic tanh; every other
        norm of the table ignores it, and its gradient is zero.
    """

    def __init__(self, num_features: int, index: Index, table: Table):
        """Makes the module.

        Args:
          num_features: size of the input's last axis.
          index: the pair, from `bnact.fused.index_of`; may be traced.
          table: what the program is compiled for.

        Raises:
          TypeError: num_features is no integer.
          ValueError: num_features is below 1, or one that a norm of the table refuses.
        """
        num_features = checked_features("SwitchNormAct", num_features)
        self.table = nnx.static(table)
        self.choice = Choice(Index(*(jnp.asarray(entry, jnp.int32) for entry in index)))
        self.scale = nnx.Param(jnp.ones(num_features, jnp.float32))
        self.bias = nnx.Param(jnp.zeros(num_features, jnp.float32))
        self.own = nnx.Param(own_of(table, num_features))

    def __call__(self, x: Array) -> Array:
        """The pair applied to `x`, of shape (..., num_features), with the batch's statistics."""
        return switched(self.choice.get_value(), x, *self.affine(), self.table, self.own.get_value())

    def observed(self, x: Array, counted: int) -> Switched:
        """The pair applied to `x` with the batch statistics of its first `counted` examples.

        Examples behind those are treated as after training, by a norm that knows the others.
        """
        index, own = self.choice.get_value(), self.own.get_value()
        return switched_and_observed(index, x, *self.affine(), counted, self.table, own)

    def affine(self) -> tuple[Array, Array]:
        """The scale and bias that the chosen norm has, (num_features,) each: 1 and 0 where it has none."""
        chosen = norm_of(self.choice.get_value(), self.table)
        each = has_affine().values()
        has_scale = jnp.asarray([norm.scale for norm in each])[chosen]
        has_bias = jnp.asarray([norm.bias for norm in each])[chosen]
        return jnp.where(has_scale, self.scale[...], 1), jnp.where(has_bias, self.bias[...], 0)
