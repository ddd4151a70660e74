"""What every norm is: a pair of pure functions."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from bnact.normalizations.standardizes import Standardizes
from bnact.types import Array, AxisName, PyTree


class Apply(Protocol):
    """The second function of a norm, under the names by which its arguments may be passed."""

    def __call__(
        self,
        params: PyTree,
        state: PyTree,
        x: Array,
        train: bool = True,
        mask: Array | None = None,
        axis_name: AxisName | None = None,
    ) -> tuple[Array, PyTree]:
        """(params, state, x) -> (y, new state)."""
        ...


class Normalization(NamedTuple):
    """A norm as two pure functions; under `jit`, `vmap`, `grad`, `scan`, `remat` and `shard_map` alike.

        params, state = norm.init(num_features)
        y, state = norm.apply(params, state, x, train=True, mask=None, axis_name=None)

    Attributes:
      init: num_features -> (params, state). The parameters are a named tuple, an `Affine` for most norms, in
        which None is a parameter the norm goes without; the state is () for a norm that remembers nothing.
      apply: (params, state, x) -> (y, new state), y of x's shape and dtype. Statistics, scale and bias are
        computed in float32 or wider, and rounded to x's dtype once.
          x: (..., features), floating.
          train: True takes the statistics of x; False those remembered, if the norm remembers any.
          mask: boolean, broadcastable to x, True counts. An entry behind it comes out as 0, and touches
            neither the statistics nor any gradient, were it NaN.
          axis_name: the mapped axis (of `jax.vmap` or `jax.shard_map`), or several, over which the examples
            are divided; a norm that treats each example by itself has no need of it.
      standardizes: what `apply` does in training, where that is to standardize by the statistics of x; such a
        norm `bnact.fused` computes with an activation in one rule. None where it is something else, or not
        said.
    """

    init: Callable[[int], tuple[PyTree, PyTree]]
    apply: Apply
    standardizes: Standardizes | None = None


def standardizing(init: Callable[[int], tuple[PyTree, PyTree]], standardizes: Standardizes) -> Normalization:
    """The norm that does in training what `standardizes` says, and nothing else."""
    return Normalization(init, standardizes.apply, standardizes)
