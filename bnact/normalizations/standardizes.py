"""Norms that standardize by the statistics of their own input: what each says of itself, and its `apply`."""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from bnact.normalizations.affine import Affine
from bnact.normalizations.border import checked_input, checked_state
from bnact.normalizations.reduced import normalized_by_reduction
from bnact.normalizations.reduction import Reduction
from bnact.normalizations.standardize import behind_mask_zero
from bnact.numerics.masks import full_mask
from bnact.numerics.moments import Moments
from bnact.types import Array, AxisName, PyTree


class Update(Protocol):
    """How a norm's state changes with an input."""

    def __call__(
        self, state: Any, statistics: Moments, u: Array, mask: Array | None, axis_name: AxisName | None
    ) -> Any:
        """(state, the statistics of u as the norm took them, u, the mask of u's shape) -> new state."""
        ...


class Memory(NamedTuple):
    """What a norm remembers of its statistics.

    Attributes:
      kind: the type of its state.
      update: the new state, without a gradient.
      recalled: (params, state, x, mask) -> y, what the norm does in evaluation; x 0 behind the mask.
    """

    kind: type
    update: Update
    recalled: Callable[[Affine, Any, Array, Array | None], Array]


class Standardizes(NamedTuple):
    """All that a norm does in training: (x - mean) / sqrt(variance + epsilon) * scale + bias.

    A norm that says so of itself is computed with an activation in one rule, see `bnact.fused`.

    Attributes:
      name: for error messages.
      reduction: (shape of x, axis_name) -> what is reduced; a ValueError for a shape that cannot be.
      epsilon: added to the variance.
      memory: what is remembered, or None.
    """

    name: str
    reduction: Callable[[tuple[int, ...], AxisName | None], Reduction]
    epsilon: float = 0.0
    memory: Memory | None = None

    def checked(
        self, params: PyTree, state: PyTree, x: Array, mask: Array | None
    ) -> tuple[Array, Array | None]:
        """The input as an array and the mask at its shape, or an error as `Normalization.apply` raises it."""
        x = checked_input(self.name, x, params)
        mask = full_mask(mask, x)
        if self.memory is not None:
            checked_state(self.name, x, state, self.memory.kind)
        return x, mask

    def remembered(
        self,
        state: PyTree,
        statistics: Moments | None,
        u: Array,
        mask: Array | None,
        axis_name: AxisName | None,
    ) -> PyTree:
        """The state after an input `u` of these statistics."""
        if self.memory is None or statistics is None:
            return state
        return self.memory.update(state, statistics, u, mask, axis_name)

    def apply(
        self,
        params: Affine,
        state: PyTree,
        x: Array,
        train: bool = True,
        mask: Array | None = None,
        axis_name: AxisName | None = None,
    ) -> tuple[Array, PyTree]:
        """`Normalization.apply` of the norm."""
        x, mask = self.checked(params, state, x, mask)
        x = behind_mask_zero(x, mask)
        if self.memory is not None and not train:
            return self.memory.recalled(params, state, x, mask), state
        reduction = self.reduction(x.shape, axis_name)
        y, statistics = normalized_by_reduction(x, reduction, self.epsilon, params, mask)
        return y, self.remembered(state, statistics, x, mask, axis_name)
